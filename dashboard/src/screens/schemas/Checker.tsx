import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { Failed, problemOf, type Problem } from "../../api/problem";
import type { Checked } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { AreaField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { Table } from "../../design/Table";
import { words } from "../../words";
import { ReasonCard } from "../trace/ReasonCard";

/** Does a sample fit? The hub looks at it as it looks at a message's body, and forgets it. */
export function Checker({ name }: { readonly name: string }) {
  const text = words.value.schemas.check;
  const sample = useSignal("");
  const answer = useSignal<Checked | null>(null);
  const problem = useSignal<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    answer.value = problem.value = null;
    try {
      answer.value = await ask<Checked>("POST", `${at`/ops/schemas/${name}`}:check`, { body: { sample: sample.value } });
    } catch (error) {
      problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    }
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <form class="stack-s" onSubmit={submit}>
        <AreaField label={text.sample} name="sample" code required hint={text.hint} value={sample.value} onInput={(value) => { sample.value = value; }} />
        <button type="submit" class="button button-main">{text.run}</button>
      </form>
      <div class="stack-s" aria-live="polite">
        {problem.value && <ProblemNotice problem={problem.value} />}
        {answer.value && <Found answer={answer.value} />}
      </div>
    </section>
  );
}

function Found({ answer }: { readonly answer: Checked }) {
  const text = words.value.schemas.check;
  return (
    <>
      <p data-fits={answer.fits}><Badge tone={answer.fits ? "good" : "bad"} text={answer.fits ? text.fits : text.broken} /></p>
      {answer.reason && <ReasonCard code={answer.place ? `${answer.reason} · ${answer.place}` : answer.reason} help={answer.help} />}
      {answer.violations.length > 0 && (
        <Table label={text.broken} rows={answer.violations} id={(one) => `${one.pointer} ${one.keyword} ${one.rule}`} columns={[
          { key: "pointer", title: text.pointer, cell: (one) => <code class="long">{one.pointer || text.whole}</code> },
          { key: "keyword", title: text.keyword, cell: (one) => <code>{one.keyword}</code> },
          { key: "rule", title: text.rule, cell: (one) => <span class="long">{one.rule}</span> },
        ]} />
      )}
    </>
  );
}
