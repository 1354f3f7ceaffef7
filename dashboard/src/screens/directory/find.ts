import { ask } from "../../api/http";
import type { OrganisationFound } from "../../api/shapes";

/** Between two keys of somebody who types; a question for each would be asked in vain. */
const TYPING_MS = 200;

export interface FoundPage {
  readonly items: readonly OrganisationFound[];
  readonly more: boolean;
}

/** Ask whom a part of a name or any code means, once the person has stopped typing. */
export async function found(text: string, stop: AbortSignal): Promise<FoundPage> {
  await new Promise((resolve) => setTimeout(resolve, TYPING_MS));
  return ask<FoundPage>("GET", "/ops/directory:find", { query: { text }, stop });
}
