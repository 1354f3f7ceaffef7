import { useSignal } from "@preact/signals";
import type { components } from "../../api/schema";
import { ask } from "../../api/http";
import { Failed, type Problem } from "../../api/problem";
import { mayDo } from "../../app/session";
import { ProblemNotice } from "../../design/Notice";
import { count } from "../../design/Time";
import { words } from "../../words";
import type { Change } from "./save";

type Told = components["schemas"]["PreviewAnswer"];
const ASKS = "POST /v1/admin/changes:preview";
const HOURS = 24;

/** What a change would have done to the messages of the last day: asked for, and nothing is written. */
export function Effect({ change }: { readonly change: () => Change }) {
  const text = words.value.organisation;
  const told = useSignal<Told | null>(null);
  const problem = useSignal<Problem | null>(null);
  const look = async () => {
    told.value = problem.value = null;
    try {
      told.value = await ask<Told>("POST", "/v1/admin/changes:preview", { body: { reason: text.effect, changes: [change()], hours: HOURS, examples: 0 } });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      problem.value = error.problem;
    }
  };
  if (!mayDo(ASKS)) return null;
  return (
    <div class="stack-s" aria-live="polite">
      <button type="button" class="button" onClick={() => void look()}>{text.effect}</button>
      {problem.value && <ProblemNotice problem={problem.value} />}
      {told.value && <p>{text.effectTold(count(told.value.differing), count(told.value.looked_at))}{!told.value.complete && ` ${text.effectPart}`}</p>}
      {told.value && told.value.groups.length > 0 && (
        <ul class="plain-list">{told.value.groups.map((one, index) => <li key={index} class="small long">{one.source} · {one.type}: {one.now} → {one.then} ({count(one.count)})</li>)}</ul>
      )}
    </div>
  );
}
