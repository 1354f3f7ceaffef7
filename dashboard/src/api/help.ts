import type { Help } from "./shapes";

/** Return the help of a reason; null where the hub has none, as for a recipient's own codes. */
export function helpOf(told: Readonly<Record<string, unknown>> | null | undefined): Help | null {
  return told && "vi" in told && "en" in told ? (told as unknown as Help) : null;
}
