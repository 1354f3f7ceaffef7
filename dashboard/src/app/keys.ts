import { signal } from "@preact/signals";
import { shortcuts } from "./preferences";
import { go, href } from "./router";
import { SCREENS } from "./screens";

const SEQUENCE_MS = 1_500;
export const helpShown = signal(false);

/** When `g` was pressed; null once its letter has come. */
let began: number | null = null;

/** Follow the shortcuts: `/` search, `g` and a letter, `j` and `k` between rows, `?` help. */
export function followKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (!shortcuts.value || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (done(event.key, event.timeStamp)) event.preventDefault();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function done(key: string, at: number): boolean {
  const second = began !== null && at - began < SEQUENCE_MS;
  began = null;
  if (second) return visited(key);
  if (key === "g") began = at;
  else if (key === "/") return focused("#search");
  else if (key === "?") helpShown.value = true;
  else if (key === "j" || key === "k") return moved(key === "j" ? 1 : -1);
  else return false;
  return true;
}

function visited(key: string): boolean {
  const screen = SCREENS.find((one) => one.key === key);
  if (screen) go(href(screen.path));
  return screen !== undefined;
}

function focused(selector: string): boolean {
  const found = document.querySelector<HTMLElement>(selector);
  found?.focus();
  return found !== null;
}

function moved(step: number): boolean {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")].flatMap((row) => row.querySelector("a") ?? []);
  if (rows.length === 0) return false;
  const at = rows.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
  rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  return true;
}
