import { named, words } from "../words";

export type Tone = "good" | "warn" | "bad" | "info" | "none";

const TONES: Readonly<Record<string, Tone>> = {
  accepted: "info", admitted: "info", pending: "info", attempted: "info", resumed: "info", starting: "info", verdict: "info",
  delivered: "good", acknowledged: "good", processed: "good", running: "good", active: "good", ok: "good",
  retrying: "warn", held: "warn", manual_review: "warn", waiting: "warn", paused: "warn", stopping: "warn", duplicate: "warn",
  refused: "bad", rejected: "bad", dead_letter: "bad", failed: "bad", silent: "bad", denied: "bad", failing: "bad",
  good: "good", revoked: "bad", on_hold: "warn", unknown: "warn", untrusted: "bad", not_yet_valid: "warn", wrong_use: "bad", weak: "bad", unreadable: "bad",
  valid: "good", valid_legacy: "good", indeterminate: "warn", invalid: "bad", reported: "warn", confirmed: "bad", dropped: "none",
  expired: "none", withdrawn: "none", stopped: "none", closed: "none", merged: "none", split: "none", to_come: "info", ending: "warn",
};

/** Return how good or bad a state is. */
export function toneOf(state: string): Tone {
  return Object.hasOwn(TONES, state) ? (TONES[state] ?? "none") : "none";
}

/** A state of a message, a connector or anything else that the hub names with a code. */
export function StateBadge({ state }: { readonly state: string }) {
  return <Badge tone={toneOf(state)} text={named(words.value.states, state)} />;
}

export function Badge({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return <span class={`badge badge-${tone}`}>{text}</span>;
}
