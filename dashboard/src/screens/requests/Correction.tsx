import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { Correction as Shown } from "../../api/shapes";
import { mayDo } from "../../app/session";
import { inOrderOf } from "../../design/diff";
import { ReasonDialog } from "../../design/Reason";
import { SideBySide } from "../../design/SideBySide";
import { words } from "../../words";

const LOOK = "POST /ops/messages/{source}/{id}/copies/{digest}";

/** What a corrected copy changes: nobody approves what he has not seen. */
export function Correction({ payload }: { readonly payload: Readonly<Record<string, unknown>> }) {
  const text = words.value.corrections;
  const asking = useSignal(false);
  const seen = useSignal<Shown | null>(null);
  const part = (name: string) => String(payload[name] ?? "");
  const look = async (reason: string) => {
    seen.value = await ask<Shown>("POST", at`/ops/messages/${part("source")}/${part("id")}/copies/${part("digest")}`, { body: { reason } });
  };
  if (!mayDo(LOOK)) return null;
  return (
    <>
      <div class="row"><button type="button" class="button" onClick={() => { asking.value = true; }}>{text.compare}</button></div>
      {seen.value && (seen.value.after === null ? <p>{text.sent}</p> : <SideBySide before={lines(seen.value.before)} after={lines(inOrderOf(seen.value.before, seen.value.after))} names={[text.before, text.after]} />)}
      {asking.value && <ReasonDialog title={text.compare} action={text.compare} act={look} onClose={() => { asking.value = false; }}><p>{text.lead}</p></ReasonDialog>}
    </>
  );
}

function lines(content: unknown): string {
  return JSON.stringify(content, null, 2);
}
