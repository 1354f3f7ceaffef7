import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { Failed, problemOf, type Problem } from "../../api/problem";
import type { Effect } from "../../api/shapes";
import { mayDo } from "../../app/session";
import { ChoiceField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { Table, type Column } from "../../design/Table";
import { count } from "../../design/Time";
import { words } from "../../words";

export type Changes = readonly Readonly<Record<string, unknown>>[];
type Group = Effect["groups"][number];
const HOURS = ["24", "72", "168", "720"];
/** The hub wants a reason with every set of changes; a look changes nothing, and this is kept nowhere. */
const LOOK = "preview";

interface Props {
  /** The changes to try; null where a form does not hold any yet. */
  readonly changes: () => Changes | null;
}

/** What changes of the rules would have done to the messages of the last hours. Writes nothing. */
export function EffectCard({ changes }: Props) {
  const text = words.value.effect;
  const hours = useSignal("24");
  const busy = useSignal(false);
  const found = useSignal<Effect | null>(null);
  const problem = useSignal<Problem | null>(null);
  if (!mayDo("POST /v1/admin/changes:preview")) return null;
  const look = async () => {
    const wanted = changes();
    if (!wanted || busy.value) return;
    busy.value = true;
    found.value = problem.value = null;
    try {
      found.value = await ask<Effect>("POST", "/v1/admin/changes:preview", { body: { reason: LOOK, changes: wanted, hours: Number(hours.value), examples: 0 } });
    } catch (error) {
      problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    } finally {
      busy.value = false;
    }
  };
  return (
    <div class="stack-s" data-effect>
      <div class="row">
        <ChoiceField label={text.hours} value={hours.value} onInput={(value) => { hours.value = value; }} options={HOURS.map((one) => [one, one] as const)} />
        <button type="button" class="button" disabled={busy.value} onClick={() => void look()}>{text.run}</button>
      </div>
      <div aria-live="polite" class="stack-s">
        {busy.value && <p>{text.looking}</p>}
        {problem.value && <ProblemNotice problem={problem.value} />}
        {found.value && <Told effect={found.value} hours={hours.value} />}
      </div>
    </div>
  );
}

function Told({ effect, hours }: { readonly effect: Effect; readonly hours: string }) {
  const text = words.value.effect;
  const all = count(effect.looked_at);
  return (
    <>
      <p><strong>{effect.differing === 0 ? text.none(all, hours) : text.some(count(effect.differing), all, hours)}</strong> <span class="small soft">{text.changed(count(effect.changed))}</span></p>
      {!effect.complete && <p class="small soft">{text.partly}</p>}
      {effect.groups.length > 0 && <Table label={text.title} columns={columns()} rows={effect.groups} id={(one) => JSON.stringify(one)} />}
    </>
  );
}

function columns(): readonly Column<Group>[] {
  const text = words.value.effect;
  return [
    { key: "source", title: text.source, cell: (one) => one.source },
    { key: "type", title: text.type, cell: (one) => <span class="small long">{one.type}</span> },
    { key: "now", title: text.now, cell: (one) => <span class="long">{one.now}</span> },
    { key: "then", title: text.then, cell: (one) => <span class="long">{one.then}</span> },
    { key: "count", title: text.count, number: true, cell: (one) => count(one.count) },
  ];
}
