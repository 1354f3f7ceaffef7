import { helpOf } from "../../api/help";
import { language, named, words } from "../../words";

/** What a reason code means, who must act, and what to do next. */
export function ReasonCard({ code, help }: { readonly code: string; readonly help: Readonly<Record<string, unknown>> | null }) {
  const text = words.value.trace;
  const told = helpOf(help)?.[language.value];
  const known = named(words.value.reasons, code);
  return (
    <div class="reason">
      <strong>{told?.meaning ?? (known === code ? text.reasonUnknown : known)}</strong>
      {told && (
        <dl class="facts">
          <dt>{text.who}</dt><dd>{told.who}</dd>
          <dt>{text.next}</dt><dd>{told.next}</dd>
        </dl>
      )}
      <span class="code small">{code}</span>
    </div>
  );
}
