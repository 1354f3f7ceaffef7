import { start } from "./preferences";
import { href, place, replace } from "./router";
import { mayVisit, SCREENS } from "./screens";

/** Where the console opens: the screen that was chosen, else the first that there is a right to. */
export function land(): void {
  const open = beginnings();
  const [first] = open;
  const here = open.some((one) => one.path === place.value.path);
  // Whoever reloads the overview wants the overview.
  const bare = place.value.path === "/" && Object.keys(place.value.query).length === 0;
  if (!bare || (here && reloaded())) return;
  const wanted = open.find((one) => one.path === start.value) ?? first;
  if (wanted && wanted.path !== "/") replace(href(wanted.path));
}

/** The screens that somebody can begin with. */
export function beginnings() {
  return SCREENS.filter((one) => one.icon && mayVisit(one));
}

function reloaded(): boolean {
  const [loading] = performance.getEntriesByType("navigation");
  return loading instanceof PerformanceNavigationTiming && loading.type === "reload";
}
