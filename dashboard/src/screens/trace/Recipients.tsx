import type { Recipient } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { StateBadge } from "../../design/Badge";
import { count, duration, Time } from "../../design/Time";
import { language, named, words } from "../../words";
import { ReasonCard } from "./ReasonCard";

const REVIEWS = "GET /v1/admin/reviews";

/** Invariant 6 on the screen: for every recipient exactly one state, and who owns it. */
export function Recipients({ recipients }: { readonly recipients: readonly Recipient[] }) {
  const text = words.value.trace;
  return (
    <section class="stack-s" aria-label={text.recipients}>
      <h2>{text.recipients} <span class="soft">({count(recipients.length)})</span></h2>
      {recipients.length === 0 && <p class="soft">{text.noRecipients}</p>}
      {recipients.map((one) => <RecipientCard key={one.system} recipient={one} />)}
    </section>
  );
}

function RecipientCard({ recipient }: { readonly recipient: Recipient }) {
  const text = words.value.trace;
  const { state, owner, since, attempts, connector, next_at: next, most, total_ms: total } = recipient;
  return (
    <article class="card recipient" data-recipient={recipient.system}>
      <div class="row spread">
        <div class="long"><h3>{recipient.name ?? recipient.system}</h3><span class="small soft">{recipient.system}</span></div>
        <StateBadge state={state} />
      </div>
      <p class="small">
        {text.since} <Time at={since} />
        {owner && <> · {text.owner}: <strong>{named(text.owners, owner)}</strong></>}
        {attempts > 0 && <> · {most === null ? text.attempts(attempts) : words.value.stages.of(count(attempts), count(most))}</>}
        {next && <> · {words.value.stages.nextAt} <Time at={next} /></>}
        {total !== null && <> · {text.total} {duration(total / 1000, language.value)}</>}
      </p>
      {connector && <p class="small">{text.connector}: <Link href={href(`/connectors/${encodeURIComponent(connector)}`)}>{connector}</Link></p>}
      {recipient.reason && <ReasonCard code={recipient.reason.code} help={recipient.reason.help} />}
      {recipient.reason?.code === "manual_review" && mayDo(REVIEWS) && <Link href={href("/reviews")} class="button">{words.value.reviews.choose}</Link>}
      {recipient.dead_letter && <Link href={href(`/dead-letters/${recipient.dead_letter}`)} class="button">{text.deadLetter}</Link>}
    </article>
  );
}
