import { ask, withQuery } from "../../api/http";
import type { Rows } from "../../api/cells";
import { useLoad } from "../../api/load";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Figures } from "../../design/Figures";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ViewsNotice, type Views } from "../../design/ViewsNotice";
import { words } from "../../words";
import { Shares } from "./Shares";

/** The reports of the hub's indicators, with the columns that are shown of each. */
const REPORTS = {
  timeliness: ["organisation_name", "level", "procedure", "n", "on_time", "late", "open", "overdue", "near"],
  online: ["organisation_name", "level", "n", "online"],
  satisfaction: ["organisation_name", "level", "n", "satisfied"],
  payments: ["organisation_name", "outcome", "n", "due", "paid", "refunded"],
  delays: ["system", "organisation_name", "type", "n", "mean_ms", "p50_ms", "p95_ms", "p99_ms"],
  pairs: ["source", "recipient", "type", "n", "arrived", "open", "failed", "mean_ms", "p50_ms", "p95_ms", "p99_ms"],
  oldest: ["recipient", "state", "n", "since", "seconds"],
  silent: ["system", "last_heard", "a_day", "office_hours"],
} as const;
export type Report = keyof typeof REPORTS;
const ALL = Object.keys(REPORTS) as Report[];

/** Indicators: shares by level, and a table for each question of a supervisor. */
export function ReportsScreen() {
  const text = words.value.reports;
  const query = place.value.query;
  const report = ALL.find((one) => one === query["report"]);
  const days = { since: query["since"], until: query["until"] };
  return (
    <Page title={text.title} lead={text.lead}>
      <div class="card filters-row">
        {(["since", "until"] as const).map((name) => (
          <TextField key={name} label={text[name]} name={name} type="date" value={query[name] ?? ""} onInput={(value) => filter({ [name]: value })} />
        ))}
      </div>
      <nav class="tabs" aria-label={text.title}>
        <Link href={href("/reports", days)} current={!report}>{text.all}</Link>
        {ALL.map((one) => <Link key={one} href={href("/reports", { ...days, report: one })} current={one === report}>{text.reports[one]}</Link>)}
      </nav>
      {report ? <ReportTable key={report} report={report} days={days} /> : <Shares days={days} />}
    </Page>
  );
}

export type Days = Readonly<Record<"since" | "until", string | undefined>>;

interface Viewed extends Rows {
  /** Not there where a report is made of the messages themselves. */
  readonly views?: Views | null;
}

function ReportTable({ report, days }: { readonly report: Report; readonly days: Days }) {
  const text = words.value.reports;
  const path = `/ops/indicators/${report}`;
  const found = useLoad(JSON.stringify(days), (stop) => ask<Viewed>("GET", path, { query: days, stop }));
  return (
    <Shown from={found} empty={({ items, views }) => items.length === 0 && (views === undefined || views?.state === "whole")} whenEmpty={<p>{text.none}</p>}>
      {({ items, views }) => (
        <>
          {views !== undefined && <ViewsNotice views={views} />}
          <p><a href={withQuery(path, { ...days, format: "csv" })} download={`${report}.csv`}>CSV</a></p>
          <Figures label={text.reports[report]} columns={REPORTS[report]} rows={items} />
        </>
      )}
    </Shown>
  );
}
