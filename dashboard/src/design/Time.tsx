import { computed, signal } from "@preact/signals";
import { off } from "../api/clock";
import { zone } from "../app/preferences";
import { language, type Language } from "../words";

const TICK_MS = 15_000;

const tick = signal(Date.now());
/** The hub's clock, for "3 minutes ago"; it moves in steps that a person can follow. */
export const now = computed(() => tick.value + off.value);
setInterval(() => {
  tick.value = Date.now();
}, TICK_MS);

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1],
];

/** An instant: absolute for the record, relative for the eye. */
export function Time({ at, ago = true }: { readonly at: string | null | undefined; readonly ago?: boolean }) {
  if (!at) return <span class="soft">–</span>;
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) return <span class="long">{at}</span>;
  return (
    <time class="time" dateTime={at}>
      <span class="time-at">{absolute(instant, language.value, zone.value)}</span>
      {ago && <span class="time-ago"> · {relative(instant, now.value, language.value)}</span>}
    </time>
  );
}

/** Return date and time to the second in a zone. */
export function absolute(instant: number, lang: Language, timeZone: string): string {
  const format = new Intl.DateTimeFormat(lang === "vi" ? "vi-VN" : "en-GB", {
    timeZone, year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  const parts = Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
  return `${parts["day"]}/${parts["month"]}/${parts["year"]} ${parts["hour"]}:${parts["minute"]}:${parts["second"]}`;
}

/** Return how long ago, or in how long, in the largest unit that fits. */
export function relative(instant: number, from: number, lang: Language): string {
  const seconds = Math.round((instant - from) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Return a span of time for people: `840 ms`, `3,2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number, lang: Language): string {
  if (!Number.isFinite(seconds)) return "–";
  const decimal = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
  const [d, h, min] = lang === "vi" ? ["ngày", "giờ", "phút"] : ["d", "h", "min"];
  const whole = Math.round(seconds);
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${decimal.format(seconds)} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} ${min} ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} ${h} ${Math.floor((whole % 3_600) / 60)} ${min}`;
  return `${Math.floor(whole / 86_400)} ${d} ${Math.floor((whole % 86_400) / 3_600)} ${h}`;
}

/** Return a number with the separators of the language. */
export function count(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}

/** Return the offset of a zone at an instant as RFC 3339 writes it: `+07:00`. */
export function offsetOf(timeZone: string, instant: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(instant);
  const told = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return told.replace("GMT", "") || "+00:00";
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Return a size for people, in thousands of bytes. */
export function bytes(size: number, lang: Language): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(size, 1)) / 3)));
  return `${new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(size / 1000 ** step)} ${UNITS[step]}`;
}
