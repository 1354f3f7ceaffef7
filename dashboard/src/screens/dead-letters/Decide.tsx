import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { count } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** Retry or drop dead letters by id. Safe to repeat: the hub orders each once. */
export function Decide({ ids, done }: { readonly ids: readonly string[]; readonly done: () => void }) {
  const text = words.value.deadLetters;
  const asked = useSignal<"retry" | "drop" | null>(null);
  const act = async (reason: string) => {
    const { ordered } = await ask<{ ordered: readonly string[] }>("POST", `/v1/admin/dead-letters:${asked.value ?? ""}`, { body: { ids, reason } });
    say(text.ordered(count(ordered.length)));
    done();
  };
  return (
    <>
      <Write does="POST /v1/admin/dead-letters:{action}" class="button button-main" onClick={() => { asked.value = "retry"; }}>{text.retry}</Write>
      <Write does="POST /v1/admin/dead-letters:{action}" class="button button-risky" onClick={() => { asked.value = "drop"; }}>{text.drop}</Write>
      {asked.value && (
        <ReasonDialog title={text.all[asked.value](count(ids.length))} action={text[asked.value]} risky={asked.value === "drop"} act={act} onClose={() => { asked.value = null; }}>
          <p>{text.means[asked.value]}</p>
        </ReasonDialog>
      )}
    </>
  );
}
