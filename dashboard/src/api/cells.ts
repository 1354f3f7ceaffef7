import { count, duration } from "../design/Time";
import { language, named, words } from "../words";

/** A row of a table that the hub makes of figures; its columns are named in the request's document. */
export type Row = Readonly<Record<string, unknown>>;
export interface Rows {
  readonly items: readonly Row[];
}

const SECONDS = new Set(["seconds"]);
const MILLISECONDS = new Set(["mean_ms", "p50_ms", "p95_ms", "p99_ms"]);
const INSTANTS = new Set(["since", "until", "at", "due_at", "last_heard", "told_at", "made_at"]);

/** Say whether a column holds an instant, to be shown as one. */
export function isInstant(column: string): boolean {
  return INSTANTS.has(column);
}

/** Say whether a column holds numbers, to be set to the right. */
export function isNumber(column: string, rows: readonly Row[]): boolean {
  return rows.some((row) => typeof row[column] === "number");
}

/** Return what a cell says. */
export function told(column: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number" && SECONDS.has(column)) return duration(value, language.value);
  if (typeof value === "number" && MILLISECONDS.has(column)) return duration(value / 1000, language.value);
  if (typeof value === "number") return count(value);
  if (typeof value === "boolean") return named(words.value.values[column] ?? words.value.values["flag"] ?? {}, String(value));
  if (typeof value !== "string") return JSON.stringify(value);
  if (column === "level") return named(words.value.levels, value);
  if (column === "state") return named(words.value.states, value);
  const known = words.value.values[column];
  if (known) return named(known, value);
  return value;
}
