import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import { Shown } from "../../design/Notice";
import { Table } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { language, named, words } from "../../words";
import type { Days } from "./Reports";

interface Share {
  readonly level: string;
  /** Of how many: all, or for delays only those that have ended. */
  readonly n?: number;
  readonly closed?: number;
  readonly share: number | null;
}
type ByLevel = readonly Share[];
interface Indicators {
  readonly late: ByLevel;
  readonly online: ByLevel;
  readonly satisfied: ByLevel;
  readonly overdue: number;
  readonly near: number;
  readonly waiting: number;
  readonly oldest_since: string | null;
  readonly silent: number;
}
const SHARES = ["late", "online", "satisfied"] as const;

/** The first page of the indicators: shares by level, and what needs somebody. */
export function Shares({ days }: { readonly days: Days }) {
  const text = words.value.reports;
  const found = useLoad(JSON.stringify(days), (stop) => ask<Indicators>("GET", "/ops/indicators", { query: days, stop }));
  return (
    <Shown from={found}>
      {(all) => {
        const levels = [...new Set(SHARES.flatMap((what) => all[what].map((one) => one.level)))].sort();
        return (
          <>
            <dl class="card facts">
              <dt>{text.overdue}</dt><dd>{count(all.overdue)}</dd>
              <dt>{text.near}</dt><dd>{count(all.near)}</dd>
              <dt>{text.waiting}</dt><dd>{count(all.waiting)}{all.oldest_since && <> · {text.oldest} <Time at={all.oldest_since} /></>}</dd>
              <dt>{text.silent}</dt><dd>{count(all.silent)}</dd>
            </dl>
            <Table label={text.all} rows={levels} id={(level) => level} columns={[
              { key: "level", title: text.level, cell: (level) => named(words.value.levels, level) },
              ...SHARES.map((what) => ({ key: what, title: text[what], number: true, cell: (level: string) => percent(all[what].find((one) => one.level === level)) })),
            ]} />
          </>
        );
      }}
    </Shown>
  );
}

function percent(share: Share | undefined): string {
  if (!share || share.share === null) return "–";
  const format = new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 1 });
  return `${format.format(share.share)} (${count(share.n ?? share.closed ?? 0)})`;
}
