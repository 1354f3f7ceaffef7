import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import type { Row } from "../../api/cells";
import { ChoiceField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { words } from "../../words";

const HOURS = ["1", "4", "8", "24"] as const;
const HOUR_MS = 3_600_000;

/** Let nobody be told of one rule for an organisation, for some hours. */
export function SilenceDialog({ alert, onClose }: { readonly alert: Row; readonly onClose: () => void }) {
  const text = words.value.alerts;
  const hours = useSignal<string>(HOURS[0]);
  const act = async (reason: string) => {
    const since = Date.now();
    const until = new Date(since + Number(hours.value) * HOUR_MS).toISOString();
    const { rule, organisation } = alert;
    await ask("POST", "/ops/alerts/silences", { body: { rule, organisation: organisation || "*", since: new Date(since).toISOString(), until, reason } });
    say(text.done);
  };
  return (
    <ReasonDialog title={text.silence} action={text.silence} act={act} onClose={onClose}>
      <p>{text.silenceMeans}</p>
      <ChoiceField label={text.silenceFor} value={hours.value} onInput={(value) => { hours.value = value; }} options={HOURS.map((one) => [one, text.hours(one)] as const)} />
    </ReasonDialog>
  );
}
