import { signal } from "@preact/signals";

/** The list that somebody came from, so that a trace has a neighbour before and after it. */
export interface Walk {
  readonly back: string;
  readonly keys: readonly string[];
}

export const walk = signal<Walk | null>(null);

export function keyOf(message: { readonly source: string; readonly id: string }): string {
  return `${message.source}/${message.id}`;
}
