import { signal } from "@preact/signals";
import { ask, inBackground } from "../api/http";
import { NEEDS, type Need } from "../api/rights";
import type { ReadOnly } from "../api/shapes";
import type { Call } from "./session";

/** Whether people may change anything now; null until the hub has said it. */
export const readOnly = signal<ReadOnly | null>(null);

/** Another person turns it on and off: a page that stays open hears of it within this time. */
const REFRESH_MS = 20_000;

/** Say whether read-only mode stops a call. The hub refuses it too, whatever is shown. */
export function stopped(call: Call): boolean {
  const { stops }: Need = NEEDS[call];
  return stops && (readOnly.value?.on ?? false);
}

/** Ask the hub whether it is read-only, and go on asking. Returns how to end it. */
export function followReadOnly(): () => void {
  const stopping = new AbortController();
  inBackground(stopping.signal);
  // Where it cannot be asked, what is known stays: each write is refused by the hub itself.
  const look = () => void ask<ReadOnly>("GET", "/ops/read-only", { stop: stopping.signal }).then((found) => { readOnly.value = found; }, () => undefined);
  look();
  const ticking = setInterval(look, REFRESH_MS);
  return () => {
    clearInterval(ticking);
    stopping.abort();
  };
}

/** Turn it on or off. Raises `Failed`. */
export async function setReadOnly(on: boolean, reason: string): Promise<void> {
  readOnly.value = await ask<ReadOnly>("POST", "/ops/read-only", { body: { on, reason } });
}
