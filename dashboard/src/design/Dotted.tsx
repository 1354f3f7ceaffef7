/** A dotted name, as of an event type: a line may break after a dot, and nowhere else. */
export function Dotted({ name }: { readonly name: string | null | undefined }) {
  const parts = (name ?? "").split(".");
  return <span class="dotted">{parts.map((part, index) => <>{part}{index < parts.length - 1 && <>.<wbr /></>}</>)}</span>;
}
