import { useSignal } from "@preact/signals";
import { readOnly, setReadOnly } from "../../app/read-only";
import { Badge } from "../../design/Badge";
import { ReasonDialog } from "../../design/Reason";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** Whether anybody may change anything now, and the switch for whoever has the right to it. */
export function ReadOnlyCard() {
  const text = words.value.readOnly;
  const asking = useSignal(false);
  const found = readOnly.value;
  const on = found?.on ?? false;
  const action = on ? text.turnOff : text.turnOn;
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <p class="row"><Badge tone={on ? "warn" : "good"} text={on ? text.on : text.off} />{found?.by && <span class="small">{found.by} · <Time at={found.at} /></span>}</p>
      {found?.fixed
        ? <p class="small">{text.fixed}</p>
        : <div class="row"><Write does="POST /ops/read-only" class={on ? "button" : "button button-risky"} onClick={() => { asking.value = true; }}>{action}</Write></div>}
      {asking.value && (
        <ReasonDialog title={action} action={action} risky={!on} act={(reason) => setReadOnly(!on, reason)} onClose={() => { asking.value = false; }}>
          <p>{text.lead}</p>
        </ReasonDialog>
      )}
    </section>
  );
}
