import { allOf, text as textOf } from "../../api/entities";
import { at } from "../../api/http";
import { useLoad } from "../../api/load";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { count } from "../../design/Time";
import { named, words } from "../../words";
import { pruned, treeOf, type Branch } from "./tree";
import "./directory.css";

/** Branches that are open at first; with a filter all are. */
const OPEN_DEPTH = 2;

/** The agencies as they stand above one another. */
export function DirectoryScreen() {
  const text = words.value.directory;
  const wanted = place.value.query["name"] ?? "";
  const found = useLoad("organisations", (stop) => allOf("organisations", stop));
  return (
    <Page title={text.title} lead={text.lead}>
      <div class="card"><TextField label={text.find} name="name" type="search" value={wanted} onInput={(value) => filter({ name: value })} /></div>
      <Shown from={found} empty={(all) => all.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(all) => (
          <section class="card" aria-label={text.title}>
            <p class="small soft">{text.many(count(all.length))}</p>
            <Branches branches={pruned(treeOf(all), wanted)} depth={0} open={wanted !== ""} />
          </section>
        )}
      </Shown>
    </Page>
  );
}

function Branches({ branches, depth, open }: { readonly branches: readonly Branch[]; readonly depth: number; readonly open: boolean }) {
  return (
    <ul class="tree">
      {branches.map((branch) => (
        <li key={branch.organisation.id}>
          {branch.children.length === 0 ? <Name branch={branch} /> : (
            <details open={open || depth < OPEN_DEPTH}>
              <summary><Name branch={branch} /> <span class="small soft">({count(branch.children.length)})</span></summary>
              <Branches branches={branch.children} depth={depth + 1} open={open} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

function Name({ branch: { organisation } }: { readonly branch: Branch }) {
  const state = textOf(organisation, "state");
  return (
    <span class="long">
      <Link href={href(at`/directory/${organisation.id}`)}>{textOf(organisation, "name")}</Link>{" "}
      <span class="small soft">{organisation.id} · {named(words.value.levels, textOf(organisation, "level"))}</span>{" "}
      {state !== "" && state !== "active" && <StateBadge state={state} />}
    </span>
  );
}
