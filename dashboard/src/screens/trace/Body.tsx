import { useSignal } from "@preact/signals";
import { answerOf, at } from "../../api/http";
import type { Trace } from "../../api/shapes";
import { hand } from "../../app/download";
import { mayDo } from "../../app/session";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** The longest body that is also shown; a longer one is only handed over as a file. */
const SHOWN_BYTES = 64 * 1024;
const LOOK = "POST /ops/messages/{source}/{id}/body";

/** The body is behind a right and a reason, and the look at it is in the audit trail. */
export function BodyCard({ trace }: { readonly trace: Trace }) {
  const text = words.value.trace.body;
  const asking = useSignal(false);
  const shown = useSignal<string | null>(null);
  const act = async (reason: string) => {
    const answer = await answerOf("POST", at`/ops/messages/${trace.source}/${trace.id}/body`, { body: { reason } });
    const bytes = await answer.arrayBuffer();
    // What is shown beside the file is only its text.
    hand(bytes, "application/octet-stream", `${trace.source}_${trace.id}.bin`);
    shown.value = bytes.byteLength > SHOWN_BYTES ? null : new TextDecoder().decode(bytes);
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="small soft">{trace.body.kept ? text.lead : text.gone}</p>
      {!mayDo(LOOK) && <p class="small">{text.noRight}</p>}
      {trace.body.kept && <Write does={LOOK} onClick={() => { asking.value = true; }}>{text.open}</Write>}
      {shown.value !== null && <pre tabIndex={0} aria-label={text.title} data-body>{shown.value}</pre>}
      {asking.value && (
        <ReasonDialog title={text.open} action={text.open} act={act} onClose={() => { asking.value = false; }}>
          <p>{text.audited}</p>
        </ReasonDialog>
      )}
    </section>
  );
}
