import { useEffect } from "preact/hooks";
import { visits } from "./router";

/** After a navigation the focus goes to the new page's heading: a screen reader says where one is. */
export function useFocusOnVisit(): void {
  const visit = visits.value;
  useEffect(() => {
    if (visit === 0) return;
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [visit]);
}
