import type { ComponentChildren } from "preact";
import { ask, withQuery } from "../../api/http";
import type { Rows } from "../../api/cells";
import { useLoad } from "../../api/load";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { ChoiceField } from "../../design/Field";
import { Figures } from "../../design/Figures";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { count } from "../../design/Time";
import { ViewsNotice, type Views } from "../../design/ViewsNotice";
import { language, words } from "../../words";
import { DayList } from "./Days";
import { FeedList } from "./Feeds";
import { LimitList } from "./Limits";

interface Due extends Rows {
  readonly views: Views | null;
  readonly forecast: readonly { readonly days: number; readonly counts: Readonly<Record<string, number>> }[];
}
const TABS = {
  "": () => <DueList />,
  limits: () => <LimitList />,
  days: () => <DayList />,
  feeds: () => <FeedList />,
} as const satisfies Readonly<Record<string, () => ComponentChildren>>;
type Tab = keyof typeof TABS;
const ALL = Object.keys(TABS) as Tab[];

/** What is overdue and what will be; the time limits and working days by which that is told. */
export function DeadlinesScreen() {
  const text = words.value.deadlines;
  const tab = ALL.find((one) => one === place.value.query["tab"]) ?? "";
  return (
    <Page title={text.title} lead={text.lead} actions={<a class="button" href={withQuery("/ops/deadlines", { format: "csv" })} download="deadlines.csv">CSV</a>}>
      <nav class="tabs" aria-label={text.title}>
        {ALL.map((one) => <Link key={one} href={href("/deadlines", { tab: one })} current={one === tab}>{text.tabs[one]}</Link>)}
      </nav>
      <div key={tab}>{TABS[tab]()}</div>
    </Page>
  );
}

/** Dossiers, letters, fees, keys, the disk: the nearest first. */
function DueList() {
  const text = words.value.deadlines;
  const what = place.value.query["what"] ?? "";
  const found = useLoad(what, (stop) => ask<Due>("GET", "/ops/deadlines", { query: { what }, stop }));
  const columns = [language.value === "vi" ? "what_vi" : "what", "subject", "organisation", "due_at", "days_left"];
  return (
    <Shown from={found} empty={({ items, views }) => items.length === 0 && views?.state === "whole"} whenEmpty={<><p>{text.none}</p>{what && <Link href={href("/deadlines")} class="button">{words.value.messages.clear}</Link>}</>}>
      {({ items, forecast, views }) => (
        <>
          <ViewsNotice views={views} />
          <ChoiceField label={text.what} name="what" value={what} onInput={(value) => filter({ what: value })} options={[["", words.value.messages.any], ...Object.entries(text.kinds)]} />
          <section class="card" aria-label={text.forecast}>
            <h2>{text.forecast}</h2>
            <dl class="facts">{forecast.map((one) => <><dt key={one.days}>{text.within(count(one.days))}</dt><dd>{count(sum(one.counts))}</dd></>)}</dl>
          </section>
          <Figures label={text.title} columns={columns} rows={items} />
        </>
      )}
    </Shown>
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}
