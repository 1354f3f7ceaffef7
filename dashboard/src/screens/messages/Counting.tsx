import { useSignal } from "@preact/signals";
import { ask, withQuery, type Values } from "../../api/http";
import type { Counted } from "../../api/shapes";
import { useLoad } from "../../api/load";
import { count } from "../../design/Time";
import { words } from "../../words";

/** How many there are: an estimate until somebody wants to know exactly; and the whole as a file. */
export function Counting({ values }: { readonly values: Values }) {
  const text = words.value.messages;
  const exact = useSignal(false);
  const counted = useLoad(`${exact.value}`, (stop) => ask<Counted>("GET", "/ops/messages/count", { query: { ...values, exact: exact.value }, stop }));
  const state = counted.state.value;
  const file = (format: string) => withQuery("/ops/messages/export", { ...values, format });
  return (
    <div class="row small">
      {state.kind === "ready" && <span>{state.value.exact ? text.exactly(count(state.value.count)) : text.about(count(state.value.count))}</span>}
      {state.kind === "ready" && !state.value.exact && (
        <button type="button" class="button" onClick={() => { exact.value = true; }}>{text.countExactly}</button>
      )}
      <a href={file("csv")} download="messages.csv">CSV</a>
      <a href={file("json")} download="messages.json">JSON</a>
    </div>
  );
}
