import type { Values } from "../../api/http";
import type { Query } from "../../app/router";

/** The filters that the hub takes as they stand in the URL. */
export const PLAIN = ["key", "id", "source", "recipient", "source_organisation", "recipient_organisation", "type", "dataschema", "outcome", "state", "reason", "connector", "priority", "correlation", "attempts", "route", "trace", "verdict", "retried", "size_from", "size_to", "receipts"] as const;
export type Plain = (typeof PLAIN)[number];

/** How far back; `""` is the hub's own choice: a day, or everything when a document is named. */
export const RANGES = { "": 0, "1h": 1, "7d": 168, "30d": 720, "custom": 0 } as const;
const HOUR_MS = 3_600_000;

export const STATES = ["pending", "retrying", "held", "manual_review", "dead_letter", "expired", "withdrawn", "delivered", "acknowledged", "rejected", "processed"] as const;
export const GRADES = ["valid", "valid_legacy", "indeterminate", "invalid"] as const;
export const OUTCOMES = ["admitted", "refused", "held"] as const;

/** Return what the hub is asked for the filters of a URL. */
export function asked(query: Query, now: number, offset: string): Values {
  const plain = Object.fromEntries(PLAIN.map((name) => [name, query[name]]));
  return { ...plain, ...range(query, now, offset) };
}

function range(query: Query, now: number, offset: string): Values {
  if (query["range"] === "custom") {
    return { since: instant(query["since"], offset), until: instant(query["until"], offset) };
  }
  const hours = RANGES[(query["range"] ?? "") as keyof typeof RANGES] ?? 0;
  return hours ? { since: new Date(now - hours * HOUR_MS).toISOString() } : {};
}

/** Return an instant for what a date field holds, read in the zone that times are shown in. */
export function instant(local: string | undefined, offset: string): string | undefined {
  return local ? `${local}${local.length === 16 ? ":00" : ""}${offset}` : undefined;
}

/** Say whether any filter beyond the search box is set: then the form shows itself. */
export function narrowed(query: Query): boolean {
  return [...PLAIN, "range"].some((name) => name !== "key" && name !== "state" && Boolean(query[name]));
}
