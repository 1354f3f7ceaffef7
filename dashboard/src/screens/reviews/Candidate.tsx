import type { Review } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { words } from "../../words";

type One = Review["addresses"][number]["candidates"][number];

/** Who may be meant: whose system it is, whether it is suggested, whether it takes the type at all. */
export function Candidate({ one }: { readonly one: One }) {
  const text = words.value.reviews;
  return (
    <span class="row">
      <span class="long">{nameOf(one)}</span>
      {one.suggested && <Badge tone="info" text={text.suggested} />}
      {!one.takes && <Badge tone="warn" text={text.takesNot} />}
    </span>
  );
}

export function nameOf(one: { readonly name: string | null; readonly system: string }): string {
  return one.name === null ? one.system : `${one.name} (${one.system})`;
}
