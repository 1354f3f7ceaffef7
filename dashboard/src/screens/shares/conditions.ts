import { linesOf } from "../../app/lines";

/** What one declared fact of a body must be, as the hub takes it. */
export interface Condition {
  readonly fact: string;
  readonly one_of?: readonly (string | number | boolean)[];
  readonly at_least?: number;
  readonly at_most?: number;
}

/** A line that is no condition: a form says so beside the field. */
export class Broken extends Error {
  constructor(readonly line: string) {
    super(line);
  }
}

const LINE = /^([a-z_]{1,40})\s*=\s*(.+)$/;
const RANGE = /^(-?\d+)?\.\.(-?\d+)?$/;

/** Read conditions, one on each line: `level = commune, district`, `days = 5..30`, `online = true`. */
export function conditionsOf(text: string): readonly Condition[] {
  return linesOf(text).map((line) => {
    const [, fact = "", told = ""] = LINE.exec(line) ?? [];
    if (!fact) throw new Broken(line);
    const range = RANGE.exec(told);
    if (!range) return { fact, one_of: told.split(",").map((one) => valueOf(one.trim())) };
    const [, least, most] = range;
    if (least === undefined && most === undefined) throw new Broken(line);
    return { fact, ...(least !== undefined && { at_least: Number(least) }), ...(most !== undefined && { at_most: Number(most) }) };
  });
}

/** Return a condition as a person would have typed it. */
export function lineOf(told: { readonly fact: string; readonly one_of: readonly unknown[]; readonly at_least?: number | null; readonly at_most?: number | null }): string {
  if (told.one_of.length === 0) return `${told.fact} = ${told.at_least ?? ""}..${told.at_most ?? ""}`;
  const written = told.one_of.map((one) => (typeof one === "string" && typeof valueOf(one) !== "string" ? `"${one}"` : String(one)));
  return `${told.fact} = ${written.join(", ")}`;
}

function valueOf(text: string): string | number | boolean {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  const quoted = /^"(.*)"$/.exec(text);
  return quoted?.[1] ?? text;
}
