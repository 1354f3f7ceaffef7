import { words } from "../words";
import { diff, rowsOf, runsOf, type Row } from "./diff";
import "./difference.css";

/** Lines shown above and below a change. */
const AROUND = 3;

interface Props {
  readonly before: string;
  readonly after: string;
  /** What the two are called. */
  readonly names: readonly [string, string];
}

/** Two texts beside each other, on a phone one below the other; what did not change folds away. */
export function SideBySide({ before, after, names }: Props) {
  const text = words.value.difference;
  const runs = runsOf(rowsOf(diff(before, after)), AROUND);
  const changed = runs.some((run) => !run.far);
  return (
    <div class="sides" role="group" aria-label={text.title(...names)} data-sides>
      <div class="sides-row sides-names"><strong class="long">{names[0]}</strong><strong class="long">{names[1]}</strong></div>
      {!changed && <p>{text.same}</p>}
      {changed && runs.map((run, index) => (run.far
        ? <details key={index}><summary>{text.unchanged(run.rows.length)}</summary>{run.rows.map((row, at) => <SideRow key={at} row={row} />)}</details>
        : run.rows.map((row, at) => <SideRow key={`${index} ${at}`} row={row} />)))}
    </div>
  );
}

/** Marked by a sign as well as by colour. */
function SideRow({ row }: { readonly row: Row }) {
  if (row.same) return <div class="sides-row"><code>{"  "}{row.before}</code><code class="sides-again">{"  "}{row.after}</code></div>;
  return (
    <div class="sides-row">
      <code class={row.before === null ? "sides-none" : "diff-old"}>{row.before === null ? "" : `- ${row.before}`}</code>
      <code class={row.after === null ? "sides-none" : "diff-new"}>{row.after === null ? "" : `+ ${row.after}`}</code>
    </div>
  );
}
