import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { Connector } from "../../api/shapes";
import { TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

const DOES = "POST /v1/admin/connectors/{name}/signals";
type Signal = "flush" | "resnapshot";

/** What a running connector does once. Only a source has a checkpoint of its own to forget:
 *  a sink's is the inbox, and moves only with what was delivered (invariant 1). */
export function Signals({ connector, source }: { readonly connector: Connector; readonly source: boolean }) {
  const text = words.value.history;
  const asked = useSignal<Signal | null>(null);
  const typed = useSignal("");
  const act = async (reason: string) => {
    await ask("POST", `${at`/v1/admin/connectors/${connector.id}`}/signals`, { body: { signal: asked.value, reason } });
    say(words.value.connectors.told);
  };
  const means = asked.value === "resnapshot" ? text.resnapshotMeans : text.flushMeans;
  return (
    <div class="row">
      <Write does={DOES} onClick={() => { asked.value = "flush"; }}>{text.flush}</Write>
      {source && <Write does={DOES} class="button button-risky" onClick={() => { typed.value = ""; asked.value = "resnapshot"; }}>{text.resnapshot}</Write>}
      {asked.value && (
        <ReasonDialog title={`${text[asked.value]}: ${connector.id}`} action={text[asked.value]} risky={asked.value === "resnapshot"} act={act} onClose={() => { asked.value = null; }}>
          <p>{means}</p>
          {asked.value === "resnapshot" && <TextField label={text.confirm} name="confirm" required pattern={connector.id} autocomplete="off" value={typed.value} onInput={(value) => { typed.value = value; }} />}
        </ReasonDialog>
      )}
    </div>
  );
}
