import { ask } from "./http";
import type { Entity, Paged } from "./shapes";

const PAGE = 1_000;
/** A province has about 3,000 agencies and systems; more than this is not a list for people. */
const MOST = 20_000;

export type Collection = "organisations" | "codes" | "groups" | "systems" | "keys" | "endpoints" | "rights" | "schemas" | "document-policies" | "type-owners";

/** Return all entities of a kind, page by page. */
export async function allOf(collection: Collection, stop: AbortSignal): Promise<readonly Entity[]> {
  const found: Entity[] = [];
  let after: string | null = "";
  while (after !== null && found.length < MOST) {
    const page: Paged<Entity> = await ask("GET", `/v1/admin/${collection}`, { query: { after, limit: PAGE }, stop });
    found.push(...page.items);
    after = page.next;
  }
  return found;
}

/** Return an attribute as a text; "" where it is none. */
export function text(entity: Entity, name: string): string {
  const value = entity[name];
  return typeof value === "string" ? value : "";
}

/** Return an attribute as texts; none where it is no list. */
export function texts(entity: Entity, name: string): readonly string[] {
  const value = entity[name];
  return Array.isArray(value) ? value.map(String) : [];
}
