import { at } from "../../api/http";
import type { Application } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Time } from "../../design/Time";
import { either, words } from "../../words";
import { ReasonCard } from "../trace/ReasonCard";

interface Props {
  readonly checks: Application["checks"];
  readonly again: () => void;
}

/** What the twin must have shown: ticked by the hub, from what it has seen. */
export function Checklist({ checks, again }: Props) {
  const text = words.value.onboarding.checklist;
  return (
    <section class="card stack-s" aria-label={text.title}>
      <div class="row spread"><h2>{text.title}</h2><button type="button" class="button" onClick={again}>{text.again}</button></div>
      <p class="soft">{text.lead}</p>
      <ul class="plain-list checklist">
        {checks.map((one) => (
          <li key={one.name} class="row" data-check={one.name} data-done={one.done}>
            <Badge tone={one.done ? "good" : "warn"} text={one.done ? text.done : text.missing} />
            <span class="long">{either(one)}</span>
            {one.seen > 0 && <span class="small soft">{text.seen(String(one.seen))}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the hub refused of the twin, each with what to do about it. */
export function Troubles({ found }: { readonly found: Application }) {
  const text = words.value.onboarding.troubles;
  const leads = mayDo("GET /ops/messages/{source}/{id}");
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      {found.refused.length === 0 ? <p class="soft">{text.none}</p> : <p class="soft">{text.lead}</p>}
      {found.refused.map((one) => (
        <div key={one.id} class="stack-s" data-refused={one.id}>
          <span>{leads ? <Link href={href(at`/messages/${found.sandbox}/${one.id}`)}>{one.id}</Link> : <code>{one.id}</code>} <span class="small soft">{one.type} · <Time at={one.at} /></span></span>
          <ReasonCard code={one.place ? `${one.reason} · ${one.place}` : one.reason} help={one.help} />
        </div>
      ))}
    </section>
  );
}
