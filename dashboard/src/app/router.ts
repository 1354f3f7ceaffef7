import { computed, signal } from "@preact/signals";

/** Where the app is served; the hub answers every path below it with the same page. */
export const BASE = "/console";

export type Query = Readonly<Record<string, string>>;
export interface Place {
  readonly path: string;
  readonly query: Query;
}

const here = signal<Place>(read());

/** The place that is shown. Filters live in `query`: each tab has its own, and a link shares them. */
export const place = computed(() => here.value);

/** Counts navigations by a person, so that the focus can follow each of them once. */
export const visits = signal(0);

addEventListener("popstate", () => {
  here.value = read();
  visits.value += 1;
});

function read(): Place {
  const { pathname, search } = window.location;
  const below = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  return { path: below.replace(/\/+$/, "") || "/", query: Object.fromEntries(new URLSearchParams(search)) };
}

/** Return the address of a place; empty filters are left out. */
export function href(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const kept = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const text = new URLSearchParams(kept).toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

/** Go to an address made by `href`. */
export function go(address: string): void {
  history.pushState(null, "", address);
  here.value = read();
  visits.value += 1;
}

/** Go there without a step in the history: nobody was at the place before. */
export function replace(address: string): void {
  history.replaceState(null, "", address);
  here.value = read();
}

/** Change filters without a step in the history per key stroke; the focus stays where it is. */
export function filter(changes: Readonly<Record<string, string | undefined>>): void {
  replace(href(here.value.path, { ...here.value.query, ...changes }));
}

/** Return the parameters where `path` fits `pattern` (`/messages/:source/:id`), else null. */
export function match(pattern: string, path: string): Query | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      const text = decoded(value);
      if (text === null) return null;
      found[part.slice(1)] = text;
    } else if (part !== value) return null;
  }
  return found;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // A broken escape is no place of ours.
  }
}
