import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { hubNow } from "../../api/clock";
import { at } from "../../api/http";
import { Failed, problemOf, type Problem } from "../../api/problem";
import type { Impact, ImpactSender } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge } from "../../design/Badge";
import { TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { Table } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { words } from "../../words";
import { replay, share } from "./impact";

/** As long as the hub keeps bodies: hub/api/ops/impact.py. */
const MOST_DAYS = 30;
const LOOK = "POST /ops/schemas:impact";

/** What a document would have done to the real messages of the last days. */
export function ImpactCard({ document }: { readonly document: () => unknown }) {
  const text = words.value.impact;
  const days = useSignal("7");
  const sum = useSignal<Impact | null>(null);
  const problem = useSignal<Problem | null>(null);
  const running = useSignal(false);
  const stopping = useRef(new AbortController());
  useEffect(() => () => stopping.current.abort(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const wanted = document();
    if (wanted === undefined) return;
    const { signal: stop } = (stopping.current = new AbortController());
    sum.value = problem.value = null;
    running.value = true;
    try {
      await replay(wanted, Number(days.value), stop, (one) => { sum.value = one; });
    } catch (error) {
      if (!stop.aborted) problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    } finally {
      running.value = false;
    }
  };
  if (!mayDo(LOOK)) return null;
  return (
    <section class="card stack-s" aria-label={text.title} data-impact>
      <h2>{text.title}</h2>
      <p class="small soft">{text.lead}</p>
      <form class="row" onSubmit={submit}>
        <TextField label={text.days} name="days" type="number" min={1} max={MOST_DAYS} required value={days.value} onInput={(value) => { days.value = value; }} />
        {running.value
          ? <button type="button" class="button" onClick={() => stopping.current.abort()}>{text.stop}</button>
          : <button type="submit" class="button button-main">{text.run}</button>}
      </form>
      <div class="stack-s" aria-live="polite">
        {running.value && <progress max={1} value={sum.value ? share(sum.value, Number(days.value), hubNow()) : 0} aria-label={text.progress} />}
        {problem.value && <ProblemNotice problem={problem.value} />}
        {sum.value && <Told sum={sum.value} whole={!running.value && sum.value.next === null} />}
      </div>
    </section>
  );
}

function Told({ sum, whole }: { readonly sum: Impact; readonly whole: boolean }) {
  const text = words.value.impact;
  const broken = sum.senders.filter((one) => one.broken > 0);
  return (
    <>
      <p class="row" data-broken={sum.broken} data-whole={String(whole)}>
        <Badge tone={sum.broken > 0 ? "bad" : "good"} text={text.broken(count(sum.broken), count(sum.looked_at))} />
        {sum.gone > 0 && <span class="small soft">{text.gone(count(sum.gone))}</span>}
        {!whole && <span class="small soft">{text.part}</span>}
      </p>
      {sum.senders.length > 0 && (
        <Table label={text.senders} rows={sum.senders} id={(one) => one.system} columns={[
          { key: "system", title: text.system, cell: (one) => <Link href={href("/messages", { source: one.system, type: sum.type, range: "7d" })} class="document">{one.system}</Link> },
          { key: "messages", title: text.messages, number: true, cell: (one) => count(one.messages) },
          { key: "broken", title: text.refused, number: true, cell: (one) => count(one.broken) },
          { key: "rules", title: text.why, cell: (one) => <ul class="plain-list">{one.rules.map((rule) => <li key={rule.rule} class="long"><code>{rule.rule}</code> · {count(rule.messages)}</li>)}</ul> },
        ]} />
      )}
      {broken.map((one) => <Examples key={one.system} sender={one} />)}
      {sum.recipients.length > 0 && (
        <Table label={text.recipients} rows={sum.recipients} id={(one) => one.system} columns={[
          { key: "system", title: text.recipient, cell: (one) => one.system },
          { key: "broken", title: text.missed, number: true, cell: (one) => count(one.broken) },
        ]} />
      )}
      <Proof sum={sum} />
    </>
  );
}

/** Where and why, with the kind of what stands there: the hub never tells the value. */
function Examples({ sender }: { readonly sender: ImpactSender }) {
  const text = words.value.impact;
  return (
    <details>
      <summary>{text.examples(sender.system)}</summary>
      <ul class="plain-list">
        {sender.examples.map((one) => (
          <li key={one.id}>
            <Link href={href(at`/messages/${sender.system}/${one.id}`)} class="long">{one.id}</Link> · <Time at={one.at} ago={false} />
            <div class="small long"><code>{one.pointer || "/"}</code> · <code>{one.rule}</code>{one.found && <> · {text.found} {one.found}</>}</div>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What cannot be proved whatever the traffic was, and who reads with an older version. */
function Proof({ sum }: { readonly sum: Impact }) {
  const text = words.value.impact;
  return (
    <>
      {sum.takers.length > 0 && <p class="small long">{text.takers}: {sum.takers.join(", ")}</p>}
      {sum.incompatible.length === 0 ? <p class="small">{text.proved}</p> : (
        <details>
          <summary>{text.unproved(count(sum.incompatible.length))}</summary>
          <ul>{sum.incompatible.map((one) => <li key={one} class="long"><code>{one}</code></li>)}</ul>
        </details>
      )}
    </>
  );
}
