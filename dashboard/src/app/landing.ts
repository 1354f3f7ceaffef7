import { effect } from "@preact/signals";
import { keep, stored } from "./preferences";
import { href, place, replace } from "./router";
import { mayVisit, SCREENS } from "./screens";
import { me } from "./session";

/** Chosen as the first screen: the one that was open last. */
export const LAST = "last";

/** On a machine that several people use, each has his own; codes and filters are never kept. */
const keyOf = (what: "start" | "last") => `hub.${what}.${me.peek()?.name ?? ""}`;

/** Return what somebody chose as the first screen: a path, or `LAST`. */
export function firstScreen(): string {
  return stored(keyOf("start")) ?? "/";
}

export function chooseFirstScreen(wanted: string): void {
  keep(keyOf("start"), wanted);
}

/** Where the console opens: the screen that was chosen, else the first that there is a right to. */
export function land(): void {
  const open = beginnings();
  const [first] = open;
  const here = open.some((one) => one.path === place.value.path);
  // Whoever reloads the overview wants the overview.
  const bare = place.value.path === "/" && Object.keys(place.value.query).length === 0;
  if (!bare || (here && reloaded())) return;
  const chosen = firstScreen();
  const path = chosen === LAST ? stored(keyOf("last")) : chosen;
  // A right that was taken away takes its screen along.
  const wanted = open.find((one) => one.path === path) ?? first;
  if (wanted && wanted.path !== "/") replace(href(wanted.path));
}

/** Remember the screen that is open, without its filters. Returns how to end it. */
export function followLast(): () => void {
  return effect(() => {
    const { path } = place.value;
    if (beginnings().some((one) => one.path === path)) keep(keyOf("last"), path);
  });
}

/** The screens that somebody can begin with. */
export function beginnings() {
  return SCREENS.filter((one) => one.icon && mayVisit(one));
}

function reloaded(): boolean {
  const [loading] = performance.getEntriesByType("navigation");
  return loading instanceof PerformanceNavigationTiming && loading.type === "reload";
}
