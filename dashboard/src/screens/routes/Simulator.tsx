import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { Failed, type Problem } from "../../api/problem";
import type { Simulated } from "../../api/shapes";
import { StateBadge } from "../../design/Badge";
import { AreaField, TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { named, words } from "../../words";
import { ReasonCard } from "../trace/ReasonCard";
import { DestinationLine } from "./Routes";

/** "What would happen to this message?" The hub decides as it would, and stores nothing. */
export function Simulator() {
  const text = words.value.routes;
  const fields = useSignal({ source: "", type: "", recipients: "", dataschema: "", subject: "", body: "" });
  const answer = useSignal<Simulated | null>(null);
  const problem = useSignal<Problem | null>(null);
  const broken = useSignal(false);
  const put = (name: keyof typeof fields.value) => (value: string) => { fields.value = { ...fields.value, [name]: value }; };
  const submit = async (event: Event) => {
    event.preventDefault();
    answer.value = problem.value = null;
    const asked = askedOf(fields.value);
    broken.value = asked === null;
    if (asked === null) return;
    try {
      answer.value = await ask<Simulated>("POST", "/ops/routes:simulate", { body: asked });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      problem.value = error.problem;
    }
  };
  const line = (name: keyof typeof fields.value, required: boolean) => (
    <TextField label={text.simulate[name]} name={name} required={required} value={fields.value[name]} onInput={put(name)} />
  );
  return (
    <div class="columns">
      <form class="card stack-s" onSubmit={submit} aria-label={text.simulator}>
        <p class="soft">{text.simulatorLead}</p>
        {line("source", true)}{line("type", true)}
        <AreaField label={text.simulate.recipients} name="recipients" required hint={text.recipientsHint} value={fields.value.recipients} onInput={put("recipients")} />
        {line("subject", false)}{line("dataschema", false)}
        <AreaField label={text.simulate.body} name="body" code hint={text.bodyHint} value={fields.value.body} onInput={put("body")} />
        {broken.value && <p role="alert" class="notice notice-failed">{text.bodyBroken}</p>}
        <button type="submit" class="button button-main">{text.run}</button>
      </form>
      <div class="stack" aria-live="polite">
        {problem.value && <ProblemNotice problem={problem.value} />}
        {answer.value && <Answer answer={answer.value} />}
      </div>
    </div>
  );
}

type Fields = Readonly<Record<"source" | "type" | "recipients" | "dataschema" | "subject" | "body", string>>;

/** Return what the hub is asked; null where the body is no JSON. */
function askedOf(fields: Fields): Record<string, unknown> | null {
  const given = Object.fromEntries((["source", "type", "dataschema", "subject"] as const).map((name) => [name, fields[name].trim()]).filter(([, value]) => value));
  const recipients = fields.recipients.split(/\s+/).filter(Boolean);
  if (fields.body.trim() === "") return { ...given, recipients };
  try {
    return { ...given, recipients, body: JSON.parse(fields.body) as unknown };
  } catch {
    return null;
  }
}

function Answer({ answer }: { readonly answer: Simulated }) {
  const text = words.value.routes;
  return (
    <>
      <section class="card stack-s" aria-label={text.outcome} data-outcome={answer.outcome}>
        <h2>{text.outcome}</h2>
        <p class="row"><StateBadge state={answer.outcome} />{answer.reason && <span>{named(words.value.reasons, answer.reason)}</span>}<span class="small soft">{text.rules(answer.rules_version)}</span></p>
        <ol class="timeline">
          {answer.steps.map((step) => (
            <li key={step.step} class={`step step-${step.result === "ok" ? "good" : step.result === "refused" ? "bad" : "none"}`}>
              <span class="row"><strong>{named(text.steps, step.step)}</strong><StateBadge state={step.result} /></span>
              {step.findings.map((one, index) => (
                <div key={index}>
                  <ReasonCard code={one.place ? `${one.reason} · ${one.place}` : one.reason} help={one.help} />
                  {one.detail && <span class="small soft long">{one.detail}</span>}
                </div>
              ))}
            </li>
          ))}
        </ol>
      </section>
      <section class="card stack-s" aria-label={text.deliveries}>
        <h2>{text.deliveries}</h2>
        {answer.deliveries.length === 0 && answer.choices.length === 0 && <p class="soft">{text.nowhere}</p>}
        {answer.deliveries.map((one) => <DestinationLine key={one.system} one={one} />)}
        {answer.choices.map((choice) => (
          <div key={choice.address} class="stack-s">
            <p>{text.choose(choice.address)}</p>
            {choice.candidates.map((one) => <DestinationLine key={one.system} one={one} />)}
          </div>
        ))}
      </section>
    </>
  );
}
