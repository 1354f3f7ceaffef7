import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { Failed, type Problem } from "../../api/problem";
import type { ConfigLine, ConfigReport } from "../../api/shapes";
import { mayDo } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Difference } from "../../design/Difference";
import { CheckField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { named, words } from "../../words";

const TONES = { same: "none", new: "info", changed: "warn", conflict: "bad" } as const;

/** The configuration as a file: made here, looked at here, taken in by the one door to the rules. */
export function TransferCard() {
  const text = words.value.transfer;
  const report = useSignal<ConfigReport | null>(null);
  const problem = useSignal<Problem | null>(null);
  const broken = useSignal(false);
  const look = async (file: File | undefined) => {
    if (!file) return;
    report.value = problem.value = null;
    broken.value = false;
    try {
      report.value = await ask<ConfigReport>("POST", "/ops/config:preview", { body: JSON.parse(await file.text()) });
    } catch (error) {
      if (error instanceof Failed) problem.value = error.problem;
      else if (error instanceof SyntaxError) broken.value = true;
      else throw error;
    }
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <div class="row">
        {mayDo("GET /ops/config") && <a class="button" href="/ops/config" download>{text.export}</a>}
        {mayDo("POST /ops/config:preview") && <label class="stack-s">{text.choose} <input type="file" name="config" accept="application/json,.json" onChange={chosen(look)} /></label>}
      </div>
      {broken.value && <Notice kind="failed" title={text.unreadable} />}
      {problem.value && <ProblemNotice problem={problem.value} />}
      {report.value && <Preview report={report.value} done={() => { report.value = null; }} />}
    </section>
  );
}

/** The same file, changed and chosen again, is another choice: a browser tells only of new names. */
function chosen(look: (file: File | undefined) => Promise<void>) {
  return (event: Event & { readonly currentTarget: HTMLInputElement }) => {
    void look(event.currentTarget.files?.[0]);
    event.currentTarget.value = "";
  };
}

function Preview({ report, done }: { readonly report: ConfigReport; readonly done: () => void }) {
  const text = words.value.transfer;
  const also = useSignal(false);
  const asking = useSignal(false);
  const differing = report.lines.filter((one) => one.outcome !== "same");
  const conflicts = differing.filter((one) => one.outcome === "conflict");
  const wanted = differing.filter((one) => also.value || one.outcome !== "conflict");
  const act = async (reason: string) => {
    await ask("POST", "/v1/admin/changes", { body: { reason, changes: wanted.map((one) => one.after) } });
    say(text.applied);
    done();
  };
  if (differing.length === 0) return <p role="status">{text.nothing}</p>;
  return (
    <div class="stack-s" role="status">
      <p>{text.counted(String(wanted.length))}</p>
      {report.refusal && <Notice kind="failed" title={text.refused}><p class="long">{report.refusal.detail} <code>{report.refusal.place}</code></p></Notice>}
      {conflicts.length > 0 && <><Notice kind="failed" title={text.conflicts(String(conflicts.length))} /><CheckField label={text.alsoConflicts} checked={also.value} onChange={(value) => { also.value = value; }} /></>}
      <ul class="plain-list">{differing.map((one) => <Changed key={`${one.entity} ${String(one.after["change"])}`} line={one} />)}</ul>
      <div class="row"><Write does="POST /v1/admin/changes" class="button button-main" disabled={wanted.length === 0} onClick={() => { asking.value = true; }}>{text.apply}</Write></div>
      {asking.value && <ReasonDialog title={text.apply} action={text.apply} risky act={act} onClose={() => { asking.value = false; }}><p>{text.counted(String(wanted.length))}</p></ReasonDialog>}
    </div>
  );
}

function Changed({ line }: { readonly line: ConfigLine }) {
  const text = words.value.transfer;
  const shown = (value: unknown) => (value ? JSON.stringify(value, null, 2) : "");
  return (
    <li>
      <details>
        <summary><Badge tone={TONES[line.outcome]} text={named(text.outcomes, line.outcome)} /> <code>{line.entity}</code></summary>
        <Difference label={`${text.before} / ${text.after}: ${line.entity}`} before={shown(line.before)} after={shown(line.after)} />
      </details>
    </li>
  );
}
