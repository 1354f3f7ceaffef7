import { signal } from "@preact/signals";

/** How far this machine's clock is from the hub's, in milliseconds. */
export const off = signal(0);

/** Below this a difference is the way and the whole seconds of the header. */
const LEAST_MS = 5_000;

/** Hear the hub's time from an answer of it (RFC 9110, section 6.6.1). */
export function heard(date: string | null): void {
  const told = Date.parse(date ?? "");
  if (Number.isNaN(told)) return;
  const found = told - Date.now();
  off.value = Math.abs(found) < LEAST_MS ? 0 : found;
}

/** Return the hub's time: on a machine whose clock is years off "the last 7 days" are still those. */
export function hubNow(): number {
  return Date.now() + off.value;
}
