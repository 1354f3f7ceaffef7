import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { Failed, type Problem } from "../../api/problem";
import { useLoad } from "../../api/load";
import type { OwnNotices } from "../../api/shapes";
import { useFields } from "../../app/fields";
import { ownOrganisation } from "../../app/session";
import { ChoiceField, TextField } from "../../design/Field";
import { ProblemNotice, Shown } from "../../design/Notice";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

const PATH = "/ops/profile/notices";
const PUT = "PUT /ops/profile/notices";

/** Where one wants to be told of alerts oneself, and from which severity on. */
export function NoticesCard() {
  const text = words.value.notices;
  const found = useLoad("notices", (stop) => ask<OwnNotices>("GET", PATH, { stop }));
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <Shown from={found}>{(own) => <NoticesForm key={JSON.stringify(own)} own={own} done={found.again} />}</Shown>
    </section>
  );
}

function NoticesForm({ own, done }: { readonly own: OwnNotices; readonly done: () => void }) {
  const text = words.value.notices;
  const { kind: kinds, severity } = words.value.values;
  const { fields, put } = useFields({ kind: own.kind ?? "email", target: own.target ?? "", least: own.least ?? "critical", organisation: own.organisation ?? ownOrganisation("GET /ops/alerts") ?? "*" });
  const problem = useSignal<Problem | null>(null);
  const call = async (method: string, body?: unknown) => {
    problem.value = null;
    try {
      await ask(method, PATH, { body });
      say(text.saved);
      done();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      problem.value = error.problem;
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void call("PUT", fields.value);
  };
  return (
    <form class="stack-s" onSubmit={submit}>
      {own.target === null && <p>{text.off}</p>}
      <ChoiceField label={text.kind} name="kind" value={fields.value.kind} onInput={put("kind")} options={Object.entries(kinds ?? {})} />
      <TextField label={text.target} name="target" required maxLength={500} value={fields.value.target} onInput={put("target")} />
      <ChoiceField label={text.least} name="least" value={fields.value.least} onInput={put("least")} options={Object.entries(severity ?? {})} />
      <TextField label={text.organisation} hint={text.organisationHint} name="organisation" required maxLength={64} value={fields.value.organisation} onInput={put("organisation")} />
      {problem.value && <ProblemNotice problem={problem.value} />}
      <div class="row">
        <Write does={PUT} type="submit" class="button button-main">{text.save}</Write>
        {own.target !== null && <Write does="DELETE /ops/profile/notices" onClick={() => void call("DELETE")}>{text.stop}</Write>}
      </div>
    </form>
  );
}
