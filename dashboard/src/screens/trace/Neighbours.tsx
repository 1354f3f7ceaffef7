import { useEffect } from "preact/hooks";
import { at } from "../../api/http";
import { Link } from "../../app/Link";
import { go, href } from "../../app/router";
import { shortcuts } from "../../app/preferences";
import { words } from "../../words";
import { walk } from "../messages/walk";

/** Before and after in the list that somebody came from; `[` and `]` do the same. */
export function Neighbours({ current }: { readonly current: string }) {
  const text = words.value.trace;
  const came = walk.value;
  const index = came?.keys.indexOf(current) ?? -1;
  const before = index > 0 ? came?.keys[index - 1] : undefined;
  const after = index >= 0 ? came?.keys[index + 1] : undefined;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.key === "[" ? before : event.key === "]" ? after : undefined;
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (target && shortcuts.value && !typing && !document.querySelector("dialog[open]")) go(addressOf(target));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [before, after]);
  return (
    <nav class="row" aria-label={text.neighbours}>
      <Link href={came && index >= 0 ? came.back : href("/messages")} class="button">{text.back}</Link>
      {before && <Link href={addressOf(before)} class="button" label={text.before}>↑</Link>}
      {after && <Link href={addressOf(after)} class="button" label={text.after}>↓</Link>}
    </nav>
  );
}

function addressOf(key: string): string {
  const [source = "", id = ""] = key.split("/");
  return href(at`/messages/${source}/${id}`);
}
