import { useId } from "preact/hooks";

interface Shared {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly name?: string;
}

interface TextProps extends Shared {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "password" | "search" | "datetime-local" | "date" | "number";
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly step?: string;
  readonly min?: number;
  readonly max?: number;
  readonly list?: readonly string[];
}

/** A labelled input of one line. */
export function TextField({ label, hint, value, onInput, list, type, ...rest }: TextProps) {
  const id = useId();
  // Preact's types tie each kind of input to roles of its own; no role is given here.
  const kind = type as "text";
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...rest} type={kind} id={id} class="input" value={value} spellcheck={false}
        list={list ? `${id}-list` : undefined} aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {list && <datalist id={`${id}-list`}>{list.map((one) => <option key={one} value={one} />)}</datalist>}
      {hint && <span id={`${id}-hint`} class="hint">{hint}</span>}
    </div>
  );
}

interface AreaProps extends Shared {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly code?: boolean;
}

/** A labelled text of several lines. */
export function AreaField({ label, hint, value, onInput, code, ...rest }: AreaProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        {...rest} id={id} class={code ? "input code-input" : "input"} value={value} spellcheck={!code}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint && <span id={`${id}-hint`} class="hint">{hint}</span>}
    </div>
  );
}

interface ChoiceProps extends Shared {
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** Pairs of value and text. */
  readonly options: readonly (readonly [string, string])[];
}

/** A labelled choice of one among a few. */
export function ChoiceField({ label, hint, value, onInput, options, ...rest }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select {...rest} id={id} class="input" value={value} onChange={(event) => onInput(event.currentTarget.value)}>
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
      {hint && <span class="hint">{hint}</span>}
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A labelled yes or no. */
export function CheckField({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
