import { count } from "../../design/Time";

/** One level's part of something, as the hub tells it. */
interface Level {
  readonly level: string;
  readonly [counts: string]: string | number | null;
}
export interface Levels {
  readonly late: readonly Level[];
  readonly online: readonly Level[];
  readonly satisfied: readonly Level[];
}
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** The row of all levels together. */
export const ALL = "*";
export const SHARES = ["onTime", "late", "online", "satisfied"] as const;
type What = (typeof SHARES)[number];

/** Return a share of a level, or of all together; on time is what is not late of what has ended. */
export function shareOf(all: Levels, what: What, level: string): Share {
  const name = what === "onTime" ? "late" : what;
  const rows = all[name].filter((one) => level === ALL || one.level === level);
  const of = sum(rows, name === "late" ? "closed" : "n");
  const part = sum(rows, name);
  return { part: what === "onTime" ? of - part : part, of };
}

/** Return a share as people read it, and of how many it is. */
export function percent({ part, of }: Share, language: string): string {
  if (of === 0) return "–";
  // Two digits: 99.74 % on time and 99.5 % are not the same.
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 });
  return `${format.format(part / of)} (${count(of)})`;
}

function sum(rows: readonly Level[], name: string): number {
  return rows.reduce((all, row) => all + Number(row[name] ?? 0), 0);
}
