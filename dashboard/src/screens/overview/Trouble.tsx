import { helpOf } from "../../api/help";
import { at } from "../../api/http";
import type { Overview } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { count, duration } from "../../design/Time";
import { either, language, named, words } from "../../words";

/** What needs a person now; nothing at all when all is well. */
export function Trouble({ overview }: { readonly overview: Overview }) {
  const text = words.value.overview;
  const { connectors, oldest_undelivered: oldest, refusals } = overview;
  if (connectors.trouble.length === 0 && !oldest && refusals.length === 0) return <p class="calm" role="status">{text.calm}</p>;
  return (
    <section class="card" aria-label={text.trouble}>
      <h2>{text.trouble}</h2>
      <ul class="plain-list">
        {oldest && (
          <li class="row">
            <StateBadge state={oldest.state} />
            <span>{text.oldestLine(duration(oldest.seconds, language.value))} </span>
            <Link href={href(at`/messages/${oldest.source}/${oldest.id}`)} class="long">{oldest.source} → {oldest.recipient}</Link>
          </li>
        )}
        {connectors.trouble.map((one) => (
          <li key={one.name} class="row">
            <StateBadge state={one.state} /><Link href={href(at`/connectors/${one.name}`)}>{one.name}</Link>
            <span class="long">{either(one)}</span>
          </li>
        ))}
        {refusals.map((one) => (
          <li key={one.reason} class="row">
            <StateBadge state="refused" />
            <Link href={href("/messages", { outcome: "refused", reason: one.reason })}>{count(one.count)} × {named(words.value.reasons, one.reason)}</Link>
            <span class="small soft long">{helpOf(one.help)?.[language.value].who}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
