import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Where } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge, StateBadge } from "../../design/Badge";
import { TextField } from "../../design/Field";
import { Notice, Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { count, Time } from "../../design/Time";
import { either, words } from "../../words";

/** "Where is my document?" in whole sentences, for the clerks of an agency. */
export function WhereScreen() {
  const text = words.value.where;
  const wanted = place.value.query["key"] ?? "";
  const typed = useSignal(wanted);
  const submit = (event: Event) => {
    event.preventDefault();
    filter({ key: typed.value.trim() });
  };
  return (
    <Page title={text.title} lead={text.lead}>
      <form class="card row" onSubmit={submit}>
        <TextField label={text.key} name="where-key" type="search" required value={typed.value} onInput={(value) => { typed.value = value; }} />
        <button type="submit" class="button button-main">{text.ask}</button>
      </form>
      {wanted ? <Found key={wanted} wanted={wanted} /> : <Notice kind="empty" title={text.start} />}
    </Page>
  );
}

function Found({ wanted }: { readonly wanted: string }) {
  const text = words.value.where;
  const found = useLoad(wanted, (stop) => ask<Where>("GET", "/ops/where", { query: { key: wanted }, stop }));
  return (
    <Shown from={found} empty={(where) => where.items.length === 0} whenEmpty={<p>{text.none}</p>}>
      {(where) => (
        <>
        {where.limit && <p class="card"><strong>{either(where.limit)}</strong>{where.limit.overdue && <> <Badge tone="bad" text={text.overdue} /></>}</p>}
        <ul class="plain-list">
          {where.items.map((one) => (
            <li key={`${one.source}/${one.id}/${one.recipient}`} class="card stack-s">
              <div class="row spread"><h2 class="long">{one.sender}{one.recipient && ` → ${one.recipient}`}</h2><StateBadge state={one.state} /></div>
              <p class="long">{either(one)}</p>
              <p class="small soft">{one.type} · <Time at={one.since} />{one.by && <> · {text.by} <Time at={one.by} /></>}</p>
              {mayDo("GET /ops/messages/{source}/{id}") && <p><Link href={href(at`/messages/${one.source}/${one.id}`)}>{words.value.nav.trace}</Link></p>}
            </li>
          ))}
        </ul>
        {where.left_out > 0 && <p class="soft">{text.leftOut(count(where.left_out))}</p>}
        </>
      )}
    </Shown>
  );
}
