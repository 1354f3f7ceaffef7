import { useSignal } from "@preact/signals";
import { answerOf, at } from "../../api/http";
import type { Trace } from "../../api/shapes";
import { hand } from "../../app/download";
import { useFields } from "../../app/fields";
import { zone } from "../../app/preferences";
import { mayDo } from "../../app/session";
import { ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { now, offsetOf } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { instant } from "../messages/filters";

const TAKE = "POST /ops/messages/{source}/{id}/evidence";
const MEDIA_TYPE = "application/vnd.etsi.asic-e+zip";
/** Of all stages only this one is about the message, not about a recipient. */
const OF_THE_MESSAGE = "admitted";

/** One file that proves what happened, to be checked offline; taking it has a reason. */
export function EvidenceCard({ trace }: { readonly trace: Trace }) {
  const text = words.value.evidence;
  const asking = useSignal(false);
  if (!mayDo(TAKE)) return null;
  const body = mayDo("POST /ops/messages/{source}/{id}/body");
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="small soft">{text.lead}</p>
      <p class="small">{body ? text.withBody : text.withoutBody}</p>
      <div class="row"><Write does={TAKE} onClick={() => { asking.value = true; }}>{text.take}</Write></div>
      {asking.value && <EvidenceDialog trace={trace} onClose={() => { asking.value = false; }} />}
    </section>
  );
}

function EvidenceDialog({ trace, onClose }: { readonly trace: Trace; readonly onClose: () => void }) {
  const text = words.value.evidence;
  const { fields, put } = useFields({ stage: "", recipient: trace.recipients[0]?.system ?? "", notBy: "" });
  const { stage, recipient, notBy } = fields.value;
  const act = async (reason: string) => {
    const query = stage && {
      stage, recipient: stage === OF_THE_MESSAGE ? "" : recipient, not_by: instant(notBy, offsetOf(zone.value, now.value)),
    };
    const answer = await answerOf("POST", at`/ops/messages/${trace.source}/${trace.id}/evidence`, { query: query || {}, body: { reason } });
    hand(await answer.arrayBuffer(), MEDIA_TYPE, `${trace.source}_${trace.id}.asice`);
  };
  return (
    <ReasonDialog title={text.take} action={text.take} act={act} onClose={onClose}>
      <p>{text.audited}</p>
      <ChoiceField label={text.stage} name="stage" value={stage} onInput={put("stage")} options={[["", text.whole], ...Object.entries(text.stages)]} />
      {stage && stage !== OF_THE_MESSAGE && (
        <ChoiceField label={text.recipient} name="recipient" value={recipient} onInput={put("recipient")} options={trace.recipients.map((one) => [one.system, one.name ?? one.system] as const)} />
      )}
      {stage && <TextField label={text.notBy} hint={text.notByHint} name="not-by" type="datetime-local" step="1" value={notBy} onInput={put("notBy")} />}
    </ReasonDialog>
  );
}
