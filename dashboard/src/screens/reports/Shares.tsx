import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import { Shown } from "../../design/Notice";
import { Table } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { ViewsNotice, type Views } from "../../design/ViewsNotice";
import { language, named, words } from "../../words";
import type { Days } from "./Reports";
import { ALL, percent, shareOf, SHARES, type Levels } from "./levels";

interface Indicators extends Levels {
  readonly views: Views | null;
  readonly overdue: number;
  readonly near: number;
  readonly waiting: number;
  readonly oldest_since: string | null;
  readonly silent: number;
}

/** The first page of the indicators: shares by level and of all together, and what needs somebody. */
export function Shares({ days }: { readonly days: Days }) {
  const text = words.value.reports;
  const found = useLoad(JSON.stringify(days), (stop) => ask<Indicators>("GET", "/ops/indicators", { query: days, stop }));
  return (
    <Shown from={found}>
      {(all) => {
        const levels = [...new Set([...all.late, ...all.online, ...all.satisfied].map((one) => one.level))];
        const rows = [...ORDER.filter((level) => levels.includes(level)), ...levels.filter((level) => !ORDER.includes(level)).sort(), ALL];
        return (
          <>
            <ViewsNotice views={all.views} />
            <dl class="card facts">
              <dt>{text.overdue}</dt><dd>{count(all.overdue)}</dd>
              <dt>{text.near}</dt><dd>{count(all.near)}</dd>
              <dt>{text.waiting}</dt><dd>{count(all.waiting)}{all.oldest_since && <> · {text.oldest} <Time at={all.oldest_since} /></>}</dd>
              <dt>{text.silent}</dt><dd>{count(all.silent)}</dd>
            </dl>
            <Table label={text.all} rows={rows} id={(level) => level} columns={[
              { key: "level", title: text.level, cell: (level) => (level === ALL ? <strong>{text.whole}</strong> : named(words.value.levels, level)) },
              ...SHARES.map((what) => ({ key: what, title: text[what], number: true, cell: (level: string) => percent(shareOf(all, what, level), language.value) })),
            ]} />
          </>
        );
      }}
    </Shown>
  );
}

/** From the centre down, as everybody in an administration reads levels. */
const ORDER: readonly string[] = ["central", "province", "district", "commune"];
