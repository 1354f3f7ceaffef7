import type { Way } from "../../api/shapes";

/** Of each side: a square that nobody can take in helps nobody. */
const MOST = 15;
const STEPS = 4;

/** Return the busiest of one side, the busiest first. */
export function busiest<W extends Pick<Way, "admitted">>(ways: readonly W[], side: (way: W) => string): readonly string[] {
  const sums = new Map<string, number>();
  for (const way of ways) sums.set(side(way), (sums.get(side(way)) ?? 0) + way.admitted);
  return [...sums].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, MOST).map(([key]) => key);
}

/** Return how dark a cell is, from 0 to 4: by magnitude, so that few messages are seen beside many. */
export function stepOf(value: number, most: number): number {
  return value <= 0 ? 0 : Math.min(STEPS, 1 + Math.floor((STEPS * Math.log1p(value - 1)) / Math.log1p(most)));
}
