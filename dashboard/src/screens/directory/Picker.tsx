import { useSignal } from "@preact/signals";
import { useLoad } from "../../api/load";
import { TextField } from "../../design/Field";
import { words } from "../../words";
import { found as foundBy, type FoundPage } from "./find";

const SHOWN = 8;
const NOBODY: FoundPage = { items: [], more: false };

export interface Picked {
  readonly id: string;
  readonly name: string;
}

interface Props {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly picked: readonly Picked[];
  readonly pick: (picked: readonly Picked[]) => void;
  /** How many there may be; one more takes the place of the last. */
  readonly most: number;
}

/** Choose organisations by a part of a name or a code; nobody knows their ids by heart. */
export function Picker({ label, name, hint, picked, pick, most }: Props) {
  const text = words.value.organisation;
  const wanted = useSignal("");
  const sought = wanted.value.trim();
  const found = useLoad(sought, (stop) => (sought ? foundBy(sought, stop) : Promise.resolve(NOBODY)));
  const state = found.state.value;
  const fitting = state.kind === "ready" && sought ? state.value.items.filter((one) => !picked.some(({ id }) => id === one.id)) : [];
  const add = (one: Picked) => {
    pick([...picked.slice(0, most - 1), { id: one.id, name: one.name }]);
    wanted.value = "";
  };
  // Enter in a form sends it; here it takes what fits best.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (fitting[0]) add(fitting[0]);
  };
  return (
    <div class="stack-s" role="group" aria-label={label} onKeyDown={onKeyDown}>
      <TextField label={label} name={name} hint={hint} type="search" maxLength={200} value={wanted.value} onInput={(value) => { wanted.value = value; }} />
      {fitting.length > 0 && (
        <ul class="plain-list" aria-label={text.fitting}>
          {fitting.slice(0, SHOWN).map((one) => (
            <li key={one.id}><button type="button" class="button long" onClick={() => add(one)}>{one.name} <span class="small soft">{one.codes[0] ?? one.id}</span></button></li>
          ))}
        </ul>
      )}
      {sought && state.kind === "ready" && !state.stale && fitting.length === 0 && <p class="small soft">{words.value.tree.notFound}</p>}
      {picked.length > 0 && (
        <ul class="plain-list" aria-label={`${label}: ${text.picked}`}>
          {picked.map((one) => (
            <li key={one.id} class="row"><span class="long">{one.name}</span>
              <button type="button" class="button" aria-label={`${text.unpick}: ${one.name}`} onClick={() => pick(picked.filter(({ id }) => id !== one.id))}>✕</button></li>
          ))}
        </ul>
      )}
    </div>
  );
}
