import { found as foundBy } from "./find";
import { useLoad } from "../../api/load";
import { Shown } from "../../design/Notice";
import { words } from "../../words";
import { Name } from "./Tree";

/** Whom a part of a name or a code means, wherever he stands in the tree. */
export function FoundList({ wanted }: { readonly wanted: string }) {
  const text = words.value.tree;
  const found = useLoad(wanted, (stop) => foundBy(wanted, stop));
  return (
    <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.notFound}</p>}>
      {({ items, more }) => (
        <>
          <ul class="plain-list">
            {items.map((one) => (
              <li key={one.id}>
                <Name one={one} />
                {one.by_code && !one.codes.includes(one.by_code) && <div class="small">{text.byCode} <code>{one.by_code}</code></div>}
                {one.path.length > 0 && <div class="small soft long">{one.path.join(" › ")}</div>}
              </li>
            ))}
          </ul>
          {more && <p class="soft">{text.moreFound}</p>}
        </>
      )}
    </Shown>
  );
}
