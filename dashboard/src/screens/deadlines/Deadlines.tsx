import { ask, withQuery } from "../../api/http";
import type { Rows } from "../../api/cells";
import { useLoad } from "../../api/load";
import { Figures } from "../../design/Figures";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { count } from "../../design/Time";
import { ViewsNotice, type Views } from "../../design/ViewsNotice";
import { language, words } from "../../words";

interface Due extends Rows {
  readonly views: Views | null;
  readonly forecast: readonly { readonly days: number; readonly counts: Readonly<Record<string, number>> }[];
}

/** What is overdue and what will be: dossiers, letters, fees, keys, the disk. */
export function DeadlinesScreen() {
  const text = words.value.deadlines;
  const found = useLoad("deadlines", (stop) => ask<Due>("GET", "/ops/deadlines", { stop }));
  const columns = [language.value === "vi" ? "what_vi" : "what", "subject", "organisation", "due_at", "days_left"];
  return (
    <Page title={text.title} lead={text.lead} actions={<a class="button" href={withQuery("/ops/deadlines", { format: "csv" })} download="deadlines.csv">CSV</a>}>
      <Shown from={found} empty={({ items, views }) => items.length === 0 && views?.state === "whole"} whenEmpty={<p>{text.none}</p>}>
        {({ items, forecast, views }) => (
          <>
            <ViewsNotice views={views} />
            <section class="card" aria-label={text.forecast}>
              <h2>{text.forecast}</h2>
              <dl class="facts">{forecast.map((one) => <><dt key={one.days}>{text.within(count(one.days))}</dt><dd>{count(sum(one.counts))}</dd></>)}</dl>
            </section>
            <Figures label={text.title} columns={columns} rows={items} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}
