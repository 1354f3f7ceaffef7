import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import { Failed, problemOf, type Problem } from "../../api/problem";
import type { Application, Simulated, TestMessage } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge } from "../../design/Badge";
import { AreaField, ChoiceField } from "../../design/Field";
import { ProblemNotice, Shown } from "../../design/Notice";
import { words } from "../../words";
import { ReasonCard } from "../trace/ReasonCard";

/** A test message: tried here, then really sent by the twin to itself. */
export function TestCard({ found }: { readonly found: Application }) {
  const text = words.value.onboarding.test;
  const types = [...new Set([...found.sends, ...found.takes])];
  const type = useSignal(types[0] ?? "");
  if (types.length === 0) return null;
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <ChoiceField label={text.type} name="test-type" value={type.value} onInput={(value) => { type.value = value; }} options={types.map((one) => [one, one] as const)} />
      <Sample key={type.value} found={found} type={type.value} />
      {mayDo("GET /ops/messages") && <p><Link href={href("/messages", { source: found.sandbox })}>{text.sent}</Link></p>}
    </section>
  );
}

function Sample({ found, type }: { readonly found: Application; readonly type: string }) {
  const loaded = useLoad(type, (stop) => ask<TestMessage>("GET", at`/v1/admin/onboardings/${found.system}/sample`, { query: { type }, stop }));
  return <Shown from={loaded}>{(sample) => <Try found={found} sample={sample} />}</Shown>;
}

function Try({ found, sample }: { readonly found: Application; readonly sample: TestMessage }) {
  const text = words.value.onboarding.test;
  const body = useSignal(sample.body ? JSON.stringify(sample.body, null, 2) : "");
  const answer = useSignal<Simulated | null>(null);
  const problem = useSignal<Problem | null>(null);
  const broken = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    answer.value = problem.value = null;
    broken.value = false;
    try {
      const asked = { type: sample.type, body: JSON.parse(body.value) as unknown };
      answer.value = await ask<Simulated>("POST", `${at`/v1/admin/onboardings/${found.system}`}:rehearse`, { body: asked });
    } catch (error) {
      if (error instanceof SyntaxError) broken.value = true;
      else problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    }
  };
  const twin = found.sandbox;
  const command = `hub send ${sample.type} --hub ${found.hub} --system ${twin} --key ${twin}.pem --to system:${twin} --subject ${sample.subject} --body mau.json`;
  return (
    <form class="stack-s" onSubmit={submit}>
      <AreaField label={text.body} name="test-body" code required hint={sample.body ? undefined : text.noExample} value={body.value} onInput={(value) => { body.value = value; }} />
      {broken.value && <p role="alert" class="notice notice-failed">{text.broken}</p>}
      <div class="row"><button type="submit" class="button">{text.run}</button></div>
      <div aria-live="polite" class="stack-s" data-tried={answer.value?.outcome}>
        {problem.value && <ProblemNotice problem={problem.value} />}
        {answer.value && <Told answer={answer.value} />}
      </div>
      <p class="small soft">{text.send}</p>
      <pre tabIndex={0} aria-label={text.send}>{command}</pre>
    </form>
  );
}

function Told({ answer }: { readonly answer: Simulated }) {
  const text = words.value.onboarding.test;
  const good = answer.outcome === "admitted";
  return (
    <>
      <p><Badge tone={good ? "good" : "bad"} text={good ? text.admitted : text.refused} /></p>
      {answer.steps.flatMap((step) => step.findings).map((one) => (
        <div key={`${one.reason} ${one.place ?? ""}`}>
          <ReasonCard code={one.place ? `${one.reason} · ${one.place}` : one.reason} help={one.help} />
          {one.detail && <span class="small soft long">{one.detail}</span>}
        </div>
      ))}
    </>
  );
}
