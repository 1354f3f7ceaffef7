import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { DeadLetter } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";
import { ContentCard } from "../trace/Content";
import { Decide } from "./Decide";
import { Desk } from "./Desk";

interface Props {
  readonly source: string;
  readonly message: string;
  readonly recipient: string;
}

/** The recipient of a record that a source read and that became no message. */
const NO_MESSAGE = "-";

/** One dead letter: why, since when, and what can be done. */
export function DeadLetterScreen({ source, message, recipient }: Props) {
  const text = words.value.deadLetters;
  const found = useLoad(`${source}/${message}/${recipient}`, (stop) => ask<DeadLetter>("GET", at`/v1/admin/dead-letters/${source}/${message}/${recipient}`, { stop }));
  return (
    <Page title={message} lead={`${text.one} · ${source} → ${recipient}`}>
      <Shown from={found}>
        {(one) => (
          <>
          <section class="card stack-s" aria-label={text.one}>
            <p><Badge tone={one.ended_at ? "none" : "bad"} text={one.ended_at ? text.ended : text.open} /></p>
            <dl class="facts">
              <dt>{text.cause}</dt><dd>{named(words.value.reasons, one.code)} <code>{one.code}</code></dd>
              {one.peer_code && <><dt>{text.peerCode}</dt><dd class="code">{one.peer_code}</dd></>}
              {one.text && <><dt>{text.text}</dt><dd>{one.text}</dd></>}
              <dt>{text.attempts}</dt><dd>{count(one.attempts)}</dd>
              <dt>{text.at}</dt><dd><Time at={one.at} /></dd>
              <dt>{text.filters.connector}</dt><dd>{one.connector ? <Link href={href(at`/connectors/${one.connector}`)}>{one.connector}</Link> : text.noConnector}</dd>
              <dt>{text.filters.fingerprint}</dt><dd><Link href={href("/dead-letters", { view: "list", fingerprint: one.fingerprint })}>{one.fingerprint}</Link></dd>
              {one.ended_at && <><dt>{text.ended}</dt><dd><Time at={one.ended_at} /> · {one.ended_by}</dd></>}
            </dl>
            <div class="row">
              {!one.ended_at && <Decide ids={[one.id]} done={found.again} />}
              {one.recipient !== NO_MESSAGE && <Link href={href(at`/messages/${source}/${message}`)} class="button">{words.value.nav.trace}</Link>}
            </div>
          </section>
          <Desk one={one} done={found.again} />
          {one.recipient !== NO_MESSAGE && <ContentCard source={source} id={message} recipients={[recipient]} kept title={words.value.corrections.poison} />}
          </>
        )}
      </Shown>
    </Page>
  );
}
