import { useSignal } from "@preact/signals";
import type { Organisation } from "../../api/shapes";
import { useFields } from "../../app/fields";
import { CheckField, ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { named, words } from "../../words";
import { changeOf, CONTACTS, fieldsOf, LEVELS, STATES } from "./draft";
import { Effect } from "./Effect";
import { Picker, type Picked } from "./Picker";
import { save } from "./save";

interface Props {
  /** The organisation that is changed; null: a new one. */
  readonly one: Organisation | null;
  readonly done: () => void;
  readonly onClose: () => void;
}

/** The form of an organisation. A reorganisation is entered here too: last day, and successors. */
export function Form({ one, done, onClose }: Props) {
  const text = words.value.organisation;
  const { fields, put } = useFields(fieldsOf(one));
  const above = one?.path.at(-1);
  const parents = useSignal<readonly Picked[]>(above ? [above] : []);
  const successors = useSignal<readonly Picked[]>(one?.successors ?? []);
  const second = useSignal(false);
  const change = () => changeOf(fields.value, parents.value, successors.value, one);
  const act = async (reason: string) => {
    await save(change(), reason, second.value);
    done();
  };
  const line = (name: keyof typeof fields.value, label: string, more: { readonly type?: "date"; readonly required?: boolean; readonly hint?: string } = {}) => (
    <TextField label={label} name={name} value={fields.value[name]} onInput={put(name)} {...more} />
  );
  const title = one ? `${words.value.edit.change}: ${one.name}` : text.add;
  return (
    <ReasonDialog title={title} action={second.value ? text.propose : words.value.edit.save} risky={fields.value.state !== "active"} act={act} onClose={onClose}>
      {!one && line("id", text.id, { required: true, hint: text.idHint })}
      {line("name", words.value.directory.name, { required: true })}
      <ChoiceField label={words.value.directory.level} name="level" value={fields.value.level} onInput={put("level")} options={LEVELS.map((level) => [level, named(words.value.levels, level)] as const)} />
      <Picker label={words.value.directory.parent} name="parent" picked={parents.value} pick={(all) => { parents.value = all; }} most={1} />
      <div class="filters-row">{line("valid_from", text.from, { type: "date" })}{line("valid_to", text.to, { type: "date", hint: text.toHint })}</div>
      <ChoiceField label={words.value.directory.state} name="state" value={fields.value.state} onInput={put("state")} options={STATES.map((state) => [state, named(words.value.states, state)] as const)} />
      <Picker label={text.successors} name="successors" hint={text.successorsHint} picked={successors.value} pick={(all) => { successors.value = all; }} most={100} />
      {CONTACTS.map((of) => (
        <fieldset key={of} class="stack-s">
          <legend>{text.contactOf[of]}</legend>
          {line(`${of}_name`, text.office)}{line(`${of}_email`, text.email)}{line(`${of}_phone`, text.phone)}
        </fieldset>
      ))}
      {one && <Effect change={change} />}
      <CheckField label={text.second} checked={second.value} onChange={(on) => { second.value = on; }} />
    </ReasonDialog>
  );
}
