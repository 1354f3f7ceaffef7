import { at } from "../../api/http";
import type { Recipient, Trace, TraceStep } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href, place } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { count, duration, Time } from "../../design/Time";
import { language, named, words } from "../../words";
import { Headers } from "./Headers";
import { Timeline } from "./Timeline";

const STAGES = ["timeline", "received", "admitted", "sent", "answered"] as const;
type Stage = (typeof STAGES)[number];

const SENDING: ReadonlySet<string> = new Set(["attempted", "delivered", "retrying", "dead_letter", "resumed", "expired"]);
const ANSWERING: ReadonlySet<string> = new Set(["acknowledged", "processed", "rejected", "withdrawn"]);

/** The message at each of its stages; the chosen one stands in the address, so that it can be passed on. */
export function Stages({ trace }: { readonly trace: Trace }) {
  const text = words.value.stages;
  const chosen = STAGES.find((one) => one === place.value.query["stage"]) ?? "timeline";
  const path = at`/messages/${trace.source}/${trace.id}`;
  return (
    <section class="stack-s" aria-label={text.title}>
      <nav class="tabs" aria-label={text.title}>
        {STAGES.map((one) => <Link key={one} href={href(path, one === "timeline" ? {} : { stage: one })} current={one === chosen}>{text[one]}</Link>)}
      </nav>
      <Chosen stage={chosen} trace={trace} />
    </section>
  );
}

function Chosen({ stage, trace }: { readonly stage: Stage; readonly trace: Trace }) {
  switch (stage) {
    case "received": return <div class="card" data-stage="received"><Headers source={trace.source} id={trace.id} /></div>;
    case "admitted": return <Admitted trace={trace} />;
    case "sent": return <Sent trace={trace} />;
    case "answered": return <Answered trace={trace} />;
    case "timeline": return <Timeline trace={trace} />;
  }
}

function Admitted({ trace }: { readonly trace: Trace }) {
  const text = words.value.stages;
  const attributes = Object.entries({ source: trace.source, id: trace.id, ...trace.attributes }).filter(([, value]) => value !== null);
  return (
    <div class="card" data-stage="admitted">
      <h2>{text.attributes}</h2>
      <dl class="facts">{attributes.map(([name, value]) => <><dt key={name} class="code">{name}</dt><dd class="code small long">{String(value)}</dd></>)}</dl>
    </div>
  );
}

function Sent({ trace }: { readonly trace: Trace }) {
  const text = words.value.stages;
  return (
    <div class="card stack-s" data-stage="sent">
      {trace.recipients.map((one) => <ToOne key={one.system} one={one} steps={trace.steps.filter((step) => step.recipient === one.system && SENDING.has(step.event))} />)}
      {trace.recipients.length === 0 && <p class="soft">{text.nothingSent}</p>}
    </div>
  );
}

function ToOne({ one, steps }: { readonly one: Recipient; readonly steps: readonly TraceStep[] }) {
  const text = words.value.stages;
  return (
    <article class="stack-s" aria-label={one.system}>
      <h3>{one.name ?? one.system} <span class="small soft">{one.system}</span></h3>
      {one.attempts > 0 && one.most !== null && <p class="small">{text.of(count(one.attempts), count(one.most))}</p>}
      {one.next_at && <p class="small">{text.nextAt} <Time at={one.next_at} /></p>}
      {steps.length === 0 ? <p class="small soft">{text.nothingSent}</p> : <ol class="plain-list">{steps.map((step, index) => <Outcome key={index} step={step} />)}</ol>}
    </article>
  );
}

function Outcome({ step }: { readonly step: TraceStep }) {
  const text = words.value.stages;
  return (
    <li class="row">
      <StateBadge state={step.event} /><Time at={step.at} ago={false} />
      {step.after_ms !== null && <span class="small soft">{text.took} {duration(step.after_ms / 1000, language.value)}</span>}
      {step.reason && <span class="small long">{named(words.value.reasons, step.reason)}</span>}
    </li>
  );
}

function Answered({ trace }: { readonly trace: Trace }) {
  const text = words.value.stages;
  const steps = trace.steps.filter((step) => ANSWERING.has(step.event) || typeof step.detail["receipt"] === "string");
  const receipts = trace.links.filter((link) => link.kind === "receipt" || link.kind === "withdrawal");
  return (
    <div class="card stack-s" data-stage="answered">
      {steps.length === 0 && <p class="soft">{text.noAnswer}</p>}
      <ol class="plain-list">{steps.map((step, index) => <li key={index}><span class="small">{step.recipient}</span><ul class="plain-list"><Outcome step={step} /></ul></li>)}</ol>
      {receipts.map((link) => <Link key={link.id} href={href(at`/messages/${link.source}/${link.id}`)} class="long">{link.source} / {link.id}</Link>)}
    </div>
  );
}
