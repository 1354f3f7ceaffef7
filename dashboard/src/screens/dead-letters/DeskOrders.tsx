import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import { ChoiceField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { count } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";

type Order = "take" | "assign" | "note";

interface Props {
  readonly ids: readonly string[];
  readonly open: boolean;
  readonly done: () => void;
}

/** Take note of dead letters, give them to somebody, tell the others something. */
export function DeskOrders({ ids, open, done }: Props) {
  const text = words.value.desk;
  const asked = useSignal<Order | null>(null);
  const assignee = useSignal("");
  const act = async (reason: string) => {
    const order = asked.value ?? "note";
    const more = order === "note" ? { note: reason } : order === "assign" ? { assignee: assignee.value || null, reason } : { reason };
    const { count: done_ } = await ask<{ count: number }>("POST", `/ops/dead-letters:${order}`, { body: { ids, ...more } });
    say(text.done(count(done_)));
    done();
  };
  return (
    <>
      {open && <Write does="POST /ops/dead-letters:take" onClick={() => { asked.value = "take"; }}>{text.take}</Write>}
      {open && <Write does="POST /ops/dead-letters:assign" onClick={() => { asked.value = "assign"; }}>{text.assign}</Write>}
      <Write does="POST /ops/dead-letters:note" onClick={() => { asked.value = "note"; }}>{text.note}</Write>
      {asked.value && (
        <ReasonDialog title={text[asked.value]} action={text[asked.value]} act={act} onClose={() => { asked.value = null; }}>
          {asked.value === "assign" && <Operators value={assignee.value} choose={(name) => { assignee.value = name; }} />}
          {asked.value === "note" && <p class="small">{text.noteHint}</p>}
        </ReasonDialog>
      )}
    </>
  );
}

function Operators({ value, choose }: { readonly value: string; readonly choose: (name: string) => void }) {
  const text = words.value.desk;
  const found = useLoad("", (stop) => ask<{ readonly items: readonly string[] }>("GET", "/ops/dead-letters/operators", { stop }));
  return <Shown from={found}>{({ items }) => <ChoiceField label={text.assignee} name="assignee" value={value} onInput={choose} options={[["", text.nobody], ...items.map((name) => [name, name] as const)]} />}</Shown>;
}
