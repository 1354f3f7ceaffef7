import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Destination, RoutePage, RouteRow } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { Dotted } from "../../design/Dotted";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count } from "../../design/Time";
import { named, words } from "../../words";
import { Simulator } from "./Simulator";

const NARROWING = ["sender", "type", "recipient"] as const;

/** Who may send what to whom, where it leads; and what would happen to one message. */
export function RoutesScreen() {
  const text = words.value.routes;
  const query = place.value.query;
  const simulating = query["view"] === "simulator";
  return (
    <Page title={text.title} lead={text.lead}>
      <nav class="tabs" aria-label={text.title}>
        <Link href={href("/routes")} current={!simulating}>{text.table}</Link>
        <Link href={href("/routes", { view: "simulator" })} current={simulating}>{text.simulator}</Link>
      </nav>
      {simulating ? <Simulator /> : <RouteTable />}
    </Page>
  );
}

function RouteTable() {
  const text = words.value.routes;
  const query = place.value.query;
  const wanted = Object.fromEntries([...NARROWING, "after"].map((name) => [name, query[name]]));
  const found = useLoad(JSON.stringify(wanted), (stop) => ask<RoutePage>("GET", "/ops/routes", { query: wanted, stop }));
  return (
    <>
      <div class="card filters-row">
        {NARROWING.map((name) => (
          <TextField key={name} label={text.filters[name]} name={name} value={query[name] ?? ""} onInput={(value) => filter({ [name]: value.trim(), after: undefined })} />
        ))}
      </div>
      <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(row) => `${row.sender} ${row.type} ${row.recipient}`} />
            <Pager page={page} go={(cursor) => filter({ after: cursor.after })}><span class="small soft">{text.rules(page.rules_version)}</span></Pager>
          </>
        )}
      </Shown>
    </>
  );
}

function columns(): readonly Column<RouteRow>[] {
  const text = words.value.routes;
  return [
    { key: "sender", title: text.filters.sender, cell: (row) => row.sender },
    { key: "type", title: text.filters.type, cell: (row) => <span class="small"><Dotted name={row.type} /></span> },
    { key: "recipient", title: text.filters.recipient, cell: (row) => <code>{row.recipient}</code> },
    { key: "leads", title: text.leadsTo, cell: (row) => <LeadsTo row={row} /> },
  ];
}

function LeadsTo({ row }: { readonly row: RouteRow }) {
  const more = row.leads_to_count - row.leads_to.length;
  if (row.problem) return <Badge tone="bad" text={named(words.value.reasons, row.problem.reason)} />;
  return (
    <>
      {row.leads_to.map((one) => <DestinationLine key={one.system} one={one} />)}
      {more > 0 && <span class="small soft">{words.value.routes.more(count(more))}</span>}
    </>
  );
}

/** An inbox, and the connectors that empty it; with none, the system fetches by itself. */
export function DestinationLine({ one }: { readonly one: Destination }) {
  return (
    <div>
      {one.system} <span class="small soft">{one.inbox}{one.connectors.length > 0 && ` → ${one.connectors.join(", ")}`}</span>
    </div>
  );
}
