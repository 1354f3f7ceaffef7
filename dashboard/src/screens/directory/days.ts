/** Return a day of the law as people write it: `01/07/2025`. It has no time and no zone. */
export function dayOf(day: string | null | undefined): string {
  return day ? day.split("-").reverse().join("/") : "…";
}

/** Return a time of validity; an open end is an ellipsis. */
export function span(from: string | null | undefined, to: string | null | undefined): string {
  return `${dayOf(from)} – ${dayOf(to)}`;
}
