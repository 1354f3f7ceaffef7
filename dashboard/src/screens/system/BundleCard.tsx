import { useSignal } from "@preact/signals";
import { answerOf } from "../../api/http";
import { hand } from "../../app/download";
import { mayDo } from "../../app/session";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
import { words } from "../../words";

const MAKE = "POST /ops/system/bundle";

/** One file for whoever helps: no bodies, no secrets; who made it, and why, is in the trail. */
export function BundleCard() {
  const text = words.value.bundle;
  const asking = useSignal(false);
  if (!mayDo(MAKE)) return null;
  const act = async (reason: string) => {
    const answer = await answerOf("POST", "/ops/system/bundle", { body: { reason } });
    hand(await answer.arrayBuffer(), "application/zip", "hub-support.zip");
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <div class="row"><Write does={MAKE} onClick={() => { asking.value = true; }}>{text.make}</Write></div>
      {asking.value && (
        <ReasonDialog title={text.make} action={text.make} act={act} onClose={() => { asking.value = false; }}>
          <p>{text.means}</p>
        </ReasonDialog>
      )}
    </section>
  );
}
