import { useEffect, useRef } from "preact/hooks";
import { filter, place } from "../../app/router";
import { ChoiceField, TextField } from "../../design/Field";
import { named, words } from "../../words";
import { GRADES, narrowed, OUTCOMES, RANGES, STATES, type Plain } from "./filters";

const TYPING_MS = 300;
const FRESH = { after: undefined, before: undefined } as const;

/** The filters; each stands in the URL the moment it is set. */
export function FilterForm() {
  const text = words.value.messages;
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(typing.current), []);
  const later = (changes: Readonly<Record<string, string>>) => {
    clearTimeout(typing.current);
    typing.current = setTimeout(() => filter({ ...FRESH, ...changes }), TYPING_MS);
  };
  const query = place.value.query;
  const line = (name: Plain | "since" | "until", type: "text" | "search" | "number" | "datetime-local" = "text") => (
    <TextField label={text.filters[name]} name={name} type={type} value={query[name] ?? ""} onInput={(value) => later({ [name]: value.trim() })} />
  );
  const choice = (name: "state" | "outcome" | "priority", codes: readonly string[]) => (
    <ChoiceField label={text.filters[name]} name={name} value={query[name] ?? ""} onInput={(value) => filter({ ...FRESH, [name]: value })}
      options={[["", text.any], ...codes.map((code) => [code, named(words.value.states, code)] as const)]} />
  );
  return (
    <form class="card filters" onSubmit={(event) => event.preventDefault()} aria-label={text.filtersLabel}>
      <div class="filters-row">
        {line("key", "search")}
        {choice("state", STATES)}
        <ChoiceField label={text.filters.range} name="range" value={query["range"] ?? ""} onInput={(value) => filter({ ...FRESH, range: value })}
          options={Object.keys(RANGES).map((key) => [key, text.ranges[key as keyof typeof RANGES]] as const)} />
      </div>
      {query["range"] === "custom" && <div class="filters-row">{line("since", "datetime-local")}{line("until", "datetime-local")}</div>}
      <details open={narrowed(query)}>
        <summary>{text.more}</summary>
        <div class="filters-row">
          {line("id")}{line("source")}{line("recipient")}{line("source_organisation")}{line("recipient_organisation")}
          {line("type")}{line("dataschema")}{choice("outcome", OUTCOMES)}{line("reason")}
          {line("connector")}{choice("priority", ["normal", "urgent"])}{line("correlation")}{line("attempts", "number")}
          {line("route")}{line("trace")}{line("size_from", "number")}{line("size_to", "number")}
          <ChoiceField label={text.filters.verdict} name="verdict" value={query["verdict"] ?? ""} onInput={(value) => filter({ ...FRESH, verdict: value })}
            options={[["", text.any], ["none", text.noVerdict], ...GRADES.map((grade) => [grade, named(words.value.verdict.grades, grade)] as const)]} />
          <ChoiceField label={text.filters.retried} name="retried" value={query["retried"] ?? ""} onInput={(value) => filter({ ...FRESH, retried: value })}
            options={[["", text.any], ["true", text.retriedYes], ["false", text.retriedNo]]} />
          <ChoiceField label={text.filters.receipts} name="receipts" value={query["receipts"] ?? ""} onInput={(value) => filter({ ...FRESH, receipts: value })}
            options={[["", text.withoutReceipts], ["true", text.withReceipts]]} />
        </div>
      </details>
    </form>
  );
}
