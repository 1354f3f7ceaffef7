import { ask } from "../../api/http";
import type { Impact, ImpactSender } from "../../api/shapes";

/** As many examples of one sender as the hub gives of one part. */
const EXAMPLES = 3;

/** Return the sum of what two parts of a replay told; the second one is the later part. */
export function together(first: Impact | null, second: Impact): Impact {
  if (first === null) return second;
  return {
    ...second,
    looked_at: first.looked_at + second.looked_at,
    broken: first.broken + second.broken,
    gone: first.gone + second.gone,
    senders: merged(first.senders, second.senders, sender),
    recipients: merged(first.recipients, second.recipients, (a, b) => ({ ...a, broken: a.broken + b.broken })),
  };
}

function merged<T extends { readonly system: string }>(first: readonly T[], second: readonly T[], sum: (a: T, b: T) => T): T[] {
  const found = new Map(first.map((one) => [one.system, one]));
  for (const one of second) {
    const known = found.get(one.system);
    found.set(one.system, known ? sum(known, one) : one);
  }
  return [...found.values()].sort((a, b) => (a.system < b.system ? -1 : 1));
}

function sender(a: ImpactSender, b: ImpactSender): ImpactSender {
  const rules = new Map<string, number>();
  for (const { rule, messages } of [...a.rules, ...b.rules]) rules.set(rule, (rules.get(rule) ?? 0) + messages);
  return {
    ...a,
    messages: a.messages + b.messages,
    broken: a.broken + b.broken,
    rules: [...rules].map(([rule, messages]) => ({ rule, messages })).sort((x, y) => y.messages - x.messages),
    examples: [...a.examples, ...b.examples].slice(0, EXAMPLES),
  };
}

/** Replay the messages of the last days against a candidate, part by part; tell each sum so far. */
export async function replay(document: unknown, days: number, stop: AbortSignal, told: (sum: Impact) => void): Promise<void> {
  let sum: Impact | null = null;
  do {
    const after: Impact["next"] = sum?.next ?? null;
    sum = together(sum, await ask<Impact>("POST", "/ops/schemas:impact", { body: { document, days, after }, stop }));
    told(sum);
  } while (sum.next !== null && !stop.aborted);
}

/** Return how much of the span of days was looked at, of one: the newest messages come first. */
export function share(sum: Impact, days: number, now: number): number {
  if (sum.next === null) return 1;
  const back = now - Date.parse(sum.next.at);
  return Math.min(0.99, Math.max(0, back / (days * 86_400_000)));
}
