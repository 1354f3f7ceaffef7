import { effect, signal } from "@preact/signals";
import { language, type Language } from "../words";

/** What a person chose on this machine. Nothing secret: it outlives a session. */
export type Theme = "system" | "light" | "dark";

const KEYS = { language: "hub.language", theme: "hub.theme", shortcuts: "hub.shortcuts" } as const;

export const theme = signal<Theme>(one(KEYS.theme, ["system", "light", "dark"], "system"));
/** WCAG 2.1.4: shortcuts of a single character can be turned off. */
export const shortcuts = signal(stored(KEYS.shortcuts) !== "off");
/** The time zone of every time that is shown; Viet Nam has one, and no daylight saving. */
export const zone = signal("Asia/Ho_Chi_Minh");

const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
const dark = signal(systemDark.matches);
systemDark.addEventListener("change", (event) => {
  dark.value = event.matches;
});

/** Make the page follow the preferences, and keep them. Call once. */
export function followPreferences(): void {
  language.value = one<Language>(KEYS.language, ["vi", "en"], "vi");
  effect(() => {
    const chosen = theme.value === "system" ? (dark.value ? "dark" : "light") : theme.value;
    document.documentElement.dataset["theme"] = chosen;
    document.documentElement.lang = language.value;
    keep(KEYS.theme, theme.value);
    keep(KEYS.language, language.value);
    keep(KEYS.shortcuts, shortcuts.value ? "on" : "off");
  });
}

function one<T extends string>(key: string, known: readonly T[], fallback: T): T {
  const found = stored(key);
  return known.find((value) => value === found) ?? fallback;
}

/** Return what this machine keeps under a name. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage may be forbidden; then a preference lasts as long as the page.
  }
}

/** Keep it on this machine. */
export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // See `stored`.
  }
}
