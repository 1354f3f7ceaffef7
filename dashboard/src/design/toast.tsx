import { signal } from "@preact/signals";

const SHOWN_MS = 6_000;
const message = signal("");
let ending: ReturnType<typeof setTimeout> | undefined;

/** Say that something was done; a screen reader hears it too. */
export function say(text: string): void {
  message.value = text;
  clearTimeout(ending);
  ending = setTimeout(() => { message.value = ""; }, SHOWN_MS);
}

export function Toast() {
  return <div aria-live="polite">{message.value && <div class="toast">{message.value}</div>}</div>;
}
