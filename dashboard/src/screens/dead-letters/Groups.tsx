import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at, type Values } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { DeadLetterGroup, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Shown } from "../../design/Notice";
import { Pager } from "../../design/Pager";
import { count, Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { Preview } from "./Preview";

const REFRESH_MS = 5_000;
const CHANGES = new Set(["dead_letter", "resumed", "delivered", "expired"]);

/** Causes, the one that struck last first. */
export function Groups({ wanted }: { readonly wanted: Values }) {
  const text = words.value.deadLetters;
  const after = place.value.query["after"];
  const found = useLoad(JSON.stringify([wanted, after]), (stop) => ask<Paged<DeadLetterGroup>>("GET", "/v1/admin/dead-letters/groups", { query: { ...wanted, after }, stop }));
  useEffect(() => refreshOnChange(found.again, REFRESH_MS, (change) => CHANGES.has(change.event)), []);
  const asked = useSignal<{ readonly action: "retry" | "drop"; readonly group: DeadLetterGroup } | null>(null);
  return (
    <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<p>{text.none}</p>}>
      {(page) => (
        <>
          <ul class="plain-list" data-groups>
            {page.items.map((group) => <Group key={group.fingerprint} group={group} choose={(action) => { asked.value = { action, group }; }} />)}
          </ul>
          {page.next && <Pager page={page} go={(cursor) => filter({ after: cursor.after })} />}
          {asked.value && (
            <Preview action={asked.value.action} title={text.all[asked.value.action](count(asked.value.group.count))}
              filter={{ ...given(wanted), fingerprint: asked.value.group.fingerprint }} onClose={() => { asked.value = null; }} />
          )}
        </>
      )}
    </Shown>
  );
}

/** Return the filters that are set: an empty one is not a filter. */
function given(wanted: Values): Values {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
}

function Group({ group, choose }: { readonly group: DeadLetterGroup; readonly choose: (action: "retry" | "drop") => void }) {
  const text = words.value.deadLetters;
  return (
    <li class="card group" data-fingerprint={group.fingerprint}>
      <strong class="group-count">{count(group.count)}</strong>
      <div class="stack-s">
        <h2>{named(words.value.reasons, group.code)}{group.peer_code && <span class="code small"> · {group.peer_code}</span>}</h2>
        {group.text && <p class="long">{group.text}</p>}
        <p class="small soft">
          {group.connector ? <Link href={href(at`/connectors/${group.connector}`)}>{group.connector}</Link> : text.noConnector}
          {" · "}{text.first} <Time at={group.first_at} ago={false} /> · {text.last} <Time at={group.last_at} />
        </p>
        <div class="row">
          <Link href={href("/dead-letters", { view: "list", fingerprint: group.fingerprint })} class="button">{text.show}</Link>
          <Write does="POST /ops/retry-jobs" class="button button-main" onClick={() => choose("retry")}>{text.retryAll}</Write>
          <Write does="POST /ops/retry-jobs" class="button button-risky" onClick={() => choose("drop")}>{text.dropAll}</Write>
        </div>
      </div>
    </li>
  );
}
