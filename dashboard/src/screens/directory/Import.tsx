import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { Failed, type Problem } from "../../api/problem";
import type { ImportPlan } from "../../api/shapes";
import { CheckField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { words } from "../../words";
import { Plan } from "./Plan";

const FORMATS: ReadonlySet<string> = new Set(["json", "csv", "xlsx"]);

/** A file, and how the hub shall read it: asked for again, word by word, when it is taken in. */
export interface Chosen {
  readonly file: File;
  readonly format: string;
  readonly close_missing: boolean;
}

/** Organisations from a file: what it would change, then exactly that. */
export function ImportCard() {
  const text = words.value.directoryImport;
  const whole = useSignal(false);
  const chosen = useSignal<Chosen | null>(null);
  const plan = useSignal<ImportPlan | null>(null);
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const unfit = useSignal(false);
  const look = async (file: File | undefined, close_missing: boolean) => {
    if (!file) return;
    const format = file.name.split(".").at(-1)?.toLowerCase() ?? "";
    plan.value = problem.value = chosen.value = null;
    unfit.value = !FORMATS.has(format);
    if (unfit.value) return;
    busy.value = true;
    try {
      plan.value = await ask<ImportPlan>("POST", "/v1/admin/directory:preview", { query: { format, close_missing }, file });
      chosen.value = { file, format, close_missing };
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      problem.value = error.problem;
    } finally {
      busy.value = false;
    }
  };
  const onFile = (event: Event & { readonly currentTarget: HTMLInputElement }) => {
    void look(event.currentTarget.files?.[0], whole.value);
    // The same file, changed and chosen again, is another choice: a browser tells only of new names.
    event.currentTarget.value = "";
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <CheckField label={text.whole} checked={whole.value} onChange={(on) => { whole.value = on; void look(chosen.value?.file, on); }} />
      <label class="stack-s">{text.choose} <input type="file" name="organisations" accept=".json,.csv,.xlsx" onChange={onFile} /></label>
      <div class="stack-s" aria-live="polite">
        {busy.value && <Notice kind="loading" title={text.reading} />}
        {unfit.value && <Notice kind="failed" title={text.unfit} />}
        {problem.value && <ProblemNotice problem={problem.value} />}
        {plan.value && chosen.value && <Plan plan={plan.value} chosen={chosen.value} done={() => { plan.value = chosen.value = null; }} />}
      </div>
    </section>
  );
}
