import { text } from "../../api/entities";
import type { Entity } from "../../api/shapes";

export interface Branch {
  readonly organisation: Entity;
  readonly children: readonly Branch[];
}

/** Return the organisations as trees by their parents; one whose parent is unknown is a root. */
export function treeOf(organisations: readonly Entity[]): readonly Branch[] {
  const known = new Set(organisations.map((one) => one.id));
  const children = new Map<string, Entity[]>();
  for (const one of organisations) {
    const parent = text(one, "parent");
    const under = known.has(parent) ? parent : "";
    children.set(under, [...(children.get(under) ?? []), one]);
  }
  const grow = (under: string, above: ReadonlySet<string>): readonly Branch[] =>
    (children.get(under) ?? [])
      .filter((one) => !above.has(one.id)) // A circle of parents is no tree; the hub refuses it too.
      .sort((a, b) => text(a, "name").localeCompare(text(b, "name"), "vi"))
      .map((one) => ({ organisation: one, children: grow(one.id, new Set([...above, one.id])) }));
  return grow("", new Set());
}

/** Return the branches that hold a text in name or id, with all above them. NFC and NFD are the same. */
export function pruned(branches: readonly Branch[], wanted: string): readonly Branch[] {
  const sought = folded(wanted);
  if (sought === "") return branches;
  return branches.flatMap((branch) => {
    const children = pruned(branch.children, wanted);
    const fits = folded(`${text(branch.organisation, "name")} ${branch.organisation.id}`).includes(sought);
    return fits || children.length > 0 ? [{ ...branch, children }] : [];
  });
}

/** Return a text without case and accents: people type "xa mau" for "Xã Mẫu". */
function folded(value: string): string {
  return value.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().trim();
}
