import { useSignal } from "@preact/signals";
import type { Trace, TraceStep } from "../../api/shapes";
import { StateBadge, toneOf } from "../../design/Badge";
import { ChoiceField } from "../../design/Field";
import { duration, Time } from "../../design/Time";
import { language, named, words } from "../../words";

/** Every step in order, with how long each took. */
export function Timeline({ trace }: { readonly trace: Trace }) {
  const text = words.value.trace;
  const only = useSignal("");
  const steps = trace.steps.filter((step) => only.value === "" || step.recipient === null || step.recipient === only.value);
  return (
    <section class="card" aria-label={text.timeline}>
      <div class="row spread timeline-head">
        <h2>{text.timeline}</h2>
        {trace.recipients.length > 1 && (
          <ChoiceField label={text.onlyFor} value={only.value} onInput={(value) => { only.value = value; }}
            options={[["", text.everybody], ...trace.recipients.map((one) => [one.system, one.name ?? one.system] as const)]} />
        )}
      </div>
      <ol class="timeline">{steps.map((step, index) => <Step key={index} step={step} />)}</ol>
      {trace.steps_left_out > 0 && <p class="soft">{text.leftOut(trace.steps_left_out)}</p>}
    </section>
  );
}

function Step({ step }: { readonly step: TraceStep }) {
  const text = words.value.trace;
  const detail = Object.keys(step.detail).length > 0;
  return (
    <li class={`step step-${toneOf(step.event)}`}>
      <div class="row spread">
        <span class="row"><StateBadge state={step.event} />{step.recipient && <span class="long">{step.recipient}</span>}</span>
        <span class="step-took">{step.after_ms === null ? "" : `+ ${duration(step.after_ms / 1000, language.value)}`}</span>
      </div>
      <div class="small"><Time at={step.at} ago={false} />{step.late && <span class="soft"> · {text.late}</span>}</div>
      {step.reason && <div class="small long">{named(words.value.reasons, step.reason)} <span class="code">{step.reason}{step.place && ` · ${step.place}`}</span></div>}
      {detail && (
        <details class="small">
          <summary>{text.detail}</summary>
          <pre tabIndex={0} aria-label={text.detail}>{JSON.stringify(step.detail, null, 2)}</pre>
          {step.audit && <span class="code">hub.audit/{step.audit.partition}@{step.audit.offset}</span>}
        </details>
      )}
    </li>
  );
}
