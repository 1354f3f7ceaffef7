import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { OrganisationLine, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { count } from "../../design/Time";
import { named, words } from "../../words";

const ENDED: ReadonlySet<string> = new Set(["closed", "merged", "split"]);

interface Props {
  /** Id of the organisation right above; "" for those under nobody. */
  readonly under: string;
  readonly ended: boolean;
}

/** One level of the tree; those below are asked for when somebody opens them. */
export function Level({ under, ended }: Props) {
  const text = words.value.tree;
  const after = useSignal("");
  const earlier = useSignal<readonly OrganisationLine[]>([]);
  const found = useLoad(`${under} ${after.value}`, (stop) => ask<Paged<OrganisationLine>>("GET", "/ops/directory", { query: { under, after: after.value }, stop }));
  useEffect(() => { earlier.value = []; after.value = ""; }, [under]);
  return (
    <Shown from={found} empty={({ items }) => items.length + earlier.value.length === 0} whenEmpty={<p>{words.value.directory.none}</p>}>
      {({ items, next }) => {
        // While the next part is on its way the last one is shown still: each once.
        const all = [...new Map([...earlier.value, ...items].map((one) => [one.id, one] as const)).values()];
        const shown = inOrder(ended ? all : all.filter((one) => !ENDED.has(one.stands)));
        return (
          <>
            <ul class="tree">{shown.map((one) => <Branch key={one.id} one={one} ended={ended} />)}</ul>
            {shown.length < all.length && <p class="small soft">{text.hidden(count(all.length - shown.length))}</p>}
            {next !== null && <button type="button" class="button" onClick={() => { earlier.value = all; after.value = next; }}>{text.more}</button>}
          </>
        );
      }}
    </Shown>
  );
}

/** A button of its own opens it: a link within one control is out of reach for a screen reader. */
function Branch({ one, ended }: { readonly one: OrganisationLine; readonly ended: boolean }) {
  const open = useSignal(false);
  if (one.children === 0) return <li class="leaf"><Name one={one} /></li>;
  return (
    <li>
      <button type="button" class="tree-toggle" aria-expanded={open.value} aria-label={words.value.tree.open(one.name)} onClick={() => { open.value = !open.value; }}>{open.value ? "▾" : "▸"}</button>
      <Name one={one} /> <span class="small soft">({count(one.children)})</span>
      {open.value && <Level under={one.id} ended={ended} />}
    </li>
  );
}

/** An organisation in a line: its name leads to its page. */
export function Name({ one }: { readonly one: OrganisationLine }) {
  return (
    <span class="long">
      <Link href={href(at`/directory/${one.id}`)}>{one.name}</Link>{" "}
      <span class="small soft">{[...(one.codes.length > 0 ? one.codes : [one.id]), named(words.value.levels, one.level)].join(" · ")}</span>{" "}
      {one.stands !== "active" && <StateBadge state={one.stands} />}
    </span>
  );
}

function inOrder(lines: readonly OrganisationLine[]): readonly OrganisationLine[] {
  return [...lines].sort((a, b) => a.name.localeCompare(b.name, "vi"));
}
