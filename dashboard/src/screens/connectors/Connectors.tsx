import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Connector, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, duration, Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { language, words } from "../../words";

/** A connector reports every five seconds. */
const REFRESH_MS = 5_000;
const PAGE = 100;

/** All connectors: how each is, and what waits for it. */
export function ConnectorsScreen() {
  const text = words.value.connectors;
  const after = place.value.query["after"] ?? "";
  const found = useLoad(after, (stop) => ask<Paged<Connector>>("GET", "/v1/admin/connectors", { query: { after, limit: PAGE }, stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  const actions = <Write does="change put_connector" class="button button-main" to={href("/connector-new")}>{text.fresh}</Write>;
  return (
    <Page title={text.title} lead={text.lead} actions={actions}>
      <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(row) => row.id} />
            {(page.next || after) && <Pager page={{ next: page.next, previous: after ? "" : null }} go={(cursor) => filter({ after: cursor.after })} />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function columns(): readonly Column<Connector>[] {
  const text = words.value.connectors;
  return [
    { key: "name", title: text.name, cell: (row) => <><Link href={href(at`/connectors/${row.id}`)} class="document">{row.id}</Link><div class="small soft">{row.adapter}</div></> },
    { key: "state", title: text.state, cell: (row) => <StateBadge state={row.state} /> },
    { key: "system", title: text.system, cell: (row) => row.system },
    { key: "waiting", title: text.waiting, number: true, cell: (row) => (row.reported ? count(row.reported.waiting + row.reported.lag_messages) : "–") },
    { key: "lag", title: text.lag, number: true, cell: (row) => (row.reported ? duration(row.reported.lag_seconds, language.value) : "–") },
    { key: "dead", title: text.deadLetters, number: true, cell: (row) => <Link href={href("/dead-letters", { view: "list", connector: row.id })}>{row.reported ? count(row.reported.dead_letters) : "–"}</Link> },
    { key: "success", title: text.lastSuccess, cell: (row) => <Time at={row.reported?.last_success_at} /> },
  ];
}
