import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, type Values } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { DeadLetter, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { Shown } from "../../design/Notice";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";
import { Decide } from "./Decide";
import { DeskOrders } from "./DeskOrders";

const REFRESH_MS = 5_000;
const PAGE = 100;
/** What ticked ones are for. */
const ORDER = "POST /v1/admin/dead-letters:{action}";

/** Dead letters one by one; ticked ones are decided together. */
export function DeadLetterList({ wanted }: { readonly wanted: Values }) {
  const text = words.value.deadLetters;
  const after = place.value.query["after"];
  const found = useLoad(JSON.stringify([wanted, after]), (stop) => ask<Paged<DeadLetter>>("GET", "/v1/admin/dead-letters", { query: { ...wanted, after, limit: PAGE }, stop }));
  const ticked = useSignal<ReadonlySet<string>>(new Set());
  // A list that moves under a selection makes people decide about the wrong one.
  const still = ticked.value.size > 0;
  useEffect(() => (still ? undefined : refreshOnChange(found.again, REFRESH_MS)), [still]);
  const tick = (id: string, on: boolean) => {
    const next = new Set(ticked.value);
    if (on) next.add(id);
    else next.delete(id);
    ticked.value = next;
  };
  const done = () => {
    ticked.value = new Set();
    found.again();
  };
  return (
    <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<p>{text.none}</p>}>
      {(page) => (
        <>
          {still && <div class="row" role="status">{text.ticked(count(ticked.value.size))}<Decide ids={[...ticked.value]} done={done} /><DeskOrders ids={[...ticked.value]} open done={done} /></div>}
          <Table label={text.title} columns={columns(ticked.value, tick)} rows={page.items} id={(row) => row.id} />
          {page.next && <Pager page={page} go={(cursor) => filter({ after: cursor.after })} />}
        </>
      )}
    </Shown>
  );
}

function columns(ticked: ReadonlySet<string>, tick: (id: string, on: boolean) => void): readonly Column<DeadLetter>[] {
  const text = words.value.deadLetters;
  const box: Column<DeadLetter> = {
    key: "tick", title: text.tick, cell: (row) => <input type="checkbox" data-does={ORDER} aria-label={`${text.tick} ${row.id}`} checked={ticked.has(row.id)} onChange={(event) => tick(row.id, event.currentTarget.checked)} />,
  };
  return [
    ...(mayDo(ORDER) ? [box] : []),
    { key: "message", title: text.message, cell: (row) => <Link href={href(`/dead-letters/${row.id}`)} class="document long">{row.source} / {row.message}</Link> },
    { key: "recipient", title: text.recipient, cell: (row) => row.recipient },
    { key: "code", title: text.cause, cell: (row) => <>{named(words.value.reasons, row.code)}<div class="small soft long">{row.text}</div></> },
    { key: "stage", title: words.value.desk.stage, cell: (row) => <>{named(words.value.desk.stages, row.stage)}{row.assignee && <div class="small soft">{row.assignee}</div>}</> },
    { key: "attempts", title: text.attempts, number: true, cell: (row) => count(row.attempts) },
    { key: "at", title: text.at, cell: (row) => <Time at={row.at} /> },
  ];
}
