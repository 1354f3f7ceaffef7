import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Row, Rows } from "../api/cells";
import { ask } from "../api/http";
import { useLoad } from "../api/load";
import { mayDo, type Call } from "../app/session";
import { words } from "../words";
import { Figures } from "./Figures";
import { Shown } from "./Notice";
import { ReasonDialog } from "./Reason";
import { say } from "./toast";
import { Write } from "./Write";

/** One form over the list: of a row, or for a new one where there is none. */
export interface FormProps {
  readonly row: Row | null;
  readonly done: () => void;
  readonly onClose: () => void;
}

interface Props {
  readonly label: string;
  readonly lead?: string;
  readonly none: string;
  readonly path: string;
  readonly columns: readonly string[];
  /** What names a row; it stands in the path of its removal. */
  readonly id: string;
  readonly puts: Call;
  readonly removes: Call;
  readonly words: { readonly add: string; readonly remove: string; readonly removeMeans: string };
  readonly form: (props: FormProps) => ComponentChildren;
  /** False where a row is never changed, only made and ended. */
  readonly edits?: boolean;
  /** What may be done with a row besides. */
  readonly more?: (row: Row) => ComponentChildren;
  readonly ends?: (row: Row) => boolean;
  /** A row as its cells show it. */
  readonly shown?: ((row: Row) => Row) | undefined;
}

const REFRESH_MS = 15_000;

/** Things that people set: listed, added, changed, removed, each with a reason. */
export function EditList(props: Props) {
  const { label, path, columns, id, puts, removes, edits = true, more, ends = () => true } = props;
  const text = words.value.edit;
  const found = useLoad(path, (stop) => ask<Rows>("GET", path, { stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  const edited = useSignal<{ readonly row: Row | null } | null>(null);
  const removed = useSignal<string | null>(null);
  const done = () => {
    say(text.done);
    found.again();
  };
  const remove = async (reason: string) => {
    await ask("POST", `${path}/${encodeURIComponent(removed.value ?? "")}:remove`, { body: { reason } });
    done();
  };
  const cell = (row: Row) => (
    <div class="row">
      {edits && <Write does={puts} onClick={() => { edited.value = { row }; }}>{text.change}</Write>}
      {more?.(row)}
      {ends(row) && <Write does={removes} onClick={() => { removed.value = String(row[id]); }}>{props.words.remove}</Write>}
    </div>
  );
  const acts = mayDo(puts) || mayDo(removes) ? [{ key: "act", title: text.act, cell }] : [];
  return (
    <section class="stack-s" aria-label={label}>
      <div class="row spread">
        <p class="soft">{props.lead}</p>
        <Write does={puts} class="button button-main" onClick={() => { edited.value = { row: null }; }}>{props.words.add}</Write>
      </div>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{props.none}</p>}>
        {({ items }) => <Figures label={label} columns={columns} rows={items} shown={props.shown} more={acts} />}
      </Shown>
      {edited.value && props.form({ row: edited.value.row, done, onClose: () => { edited.value = null; } })}
      {removed.value !== null && (
        <ReasonDialog title={`${props.words.remove}: ${removed.value}`} action={props.words.remove} risky act={remove} onClose={() => { removed.value = null; }}>
          <p>{props.words.removeMeans}</p>
        </ReasonDialog>
      )}
    </section>
  );
}
