import { computed, signal } from "@preact/signals";
import { en } from "./en";
import { vi, type Words } from "./vi";

export type { Words };
export type Language = "vi" | "en";
export const LANGUAGES: readonly Language[] = ["vi", "en"];

/** The language of the page; Vietnamese unless somebody chose otherwise. */
export const language = signal<Language>("vi");
export const dictionaries: Readonly<Record<Language, Words>> = { vi, en };
export const words = computed(() => dictionaries[language.value]);

/** Return the text of a pair in the language of the page. */
export function either(text: { readonly vi: string; readonly en: string }): string {
  return text[language.value];
}

/** Return the word for a code that the hub may extend; unknown codes are shown as they are. */
export function named(known: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(known, code) ? (known[code] ?? code) : code;
}
