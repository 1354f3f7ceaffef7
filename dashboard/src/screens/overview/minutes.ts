import type { Overview } from "../../api/shapes";

export type Minutes = Overview["minutes"];
/** Columns for the chart: seconds, and a line each. */
export type Series = readonly [number[], number[], number[], number[]];

const DAY_MIN = 24 * 60;
const STEP_MIN = 5;

/** Return the day in steps of five minutes; what the hub leaves out was zero. */
export function inSteps(minutes: Minutes, at: string): Series {
  const stepMs = STEP_MIN * 60_000;
  const last = Math.floor(Date.parse(at) / stepMs);
  const steps = DAY_MIN / STEP_MIN;
  const first = last - steps + 1;
  const zeros = () => Array.from({ length: steps }, () => 0);
  const series: Series = [Array.from({ length: steps }, (_, index) => ((first + index) * stepMs) / 1000), zeros(), zeros(), zeros()];
  for (const minute of minutes) {
    const index = Math.floor(Date.parse(minute.at) / stepMs) - first;
    if (index < 0 || index >= steps) continue;
    add(series[1], index, minute.admitted);
    add(series[2], index, minute.delivered);
    add(series[3], index, minute.refused);
  }
  return series;
}

function add(values: number[], index: number, more: number): void {
  values[index] = (values[index] ?? 0) + more;
}
