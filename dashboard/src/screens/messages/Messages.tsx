import { useEffect } from "preact/hooks";
import { hubNow } from "../../api/clock";
import { ask, at } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { MessagePage, MessageRow } from "../../api/shapes";
import { Link } from "../../app/Link";
import { zone } from "../../app/preferences";
import { filter, href, place } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Dotted } from "../../design/Dotted";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, offsetOf, Time } from "../../design/Time";
import { named, words } from "../../words";
import { Counting } from "./Counting";
import { FilterForm } from "./FilterForm";
import { asked } from "./filters";
import { SavedViews } from "./SavedViews";
import { keyOf, walk } from "./walk";
import "./messages.css";

const REFRESH_MS = 3_000;

/** Search: which messages, by whatever an operator is told on the telephone. */
export function MessagesScreen() {
  const text = words.value.messages;
  const query = place.value.query;
  const offset = offsetOf(zone.value, hubNow());
  const key = JSON.stringify([query, offset]);
  const paging = { after: query["after"], before: query["before"] };
  const found = useLoad(key, (stop) => ask<MessagePage>("GET", "/ops/messages", { query: { ...asked(query, hubNow(), offset), ...paging }, stop }));
  const first = !paging.after && !paging.before;
  useEffect(() => (first ? refreshOnChange(found.again, REFRESH_MS) : undefined), [first]);
  const state = found.state.value;
  useEffect(() => {
    if (state.kind === "ready") walk.value = { back: `${window.location.pathname}${window.location.search}`, keys: state.value.items.map(keyOf) };
  }, [state]);
  return (
    <Page title={text.title} lead={text.lead} actions={<SavedViews screen="messages" />}>
      <FilterForm />
      <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<Empty />}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={keyOf} />
            <Pager page={page} go={(cursor) => filter({ after: undefined, before: undefined, ...cursor })}>
              <Counting key={key} values={asked(query, hubNow(), offset)} />
            </Pager>
          </>
        )}
      </Shown>
    </Page>
  );
}

function Empty() {
  const text = words.value.messages;
  return <><p>{text.empty}</p><Link href={href("/messages")} class="button">{text.clear}</Link></>;
}

function columns(): readonly Column<MessageRow>[] {
  const text = words.value.messages.columns;
  return [
    { key: "document", title: text.document, cell: (row) => <Document row={row} /> },
    { key: "state", title: text.state, cell: (row) => <States row={row} /> },
    { key: "source", title: text.source, cell: (row) => <span class="long">{row.source}</span> },
    { key: "type", title: text.type, cell: (row) => <span class="small"><Dotted name={row.type} /></span> },
    { key: "at", title: text.at, cell: (row) => <Time at={row.decided_at} /> },
  ];
}

function Document({ row }: { readonly row: MessageRow }) {
  return (
    <>
      <Link href={href(at`/messages/${row.source}/${row.id}`)} class="document long">{row.subject || row.id}</Link>
      <div class="small soft long">{row.id}</div>
    </>
  );
}

function States({ row }: { readonly row: MessageRow }) {
  const states = Object.entries(row.states);
  return (
    <div class="states">
      {row.withdrawn_at && <StateBadge state="withdrawn" />}
      {states.length === 0 && <StateBadge state={row.outcome} />}
      {states.map(([state, many]) => <span key={state}><StateBadge state={state} />{many > 1 && <span class="small soft"> ×{count(many)}</span>}</span>)}
      {row.reason && <span class="small long">{named(words.value.reasons, row.reason)}</span>}
      {row.priority === "urgent" && <StateBadge state="urgent" />}
    </div>
  );
}
