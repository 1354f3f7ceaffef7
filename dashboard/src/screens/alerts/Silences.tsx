import type { Row } from "../../api/cells";
import { hubNow } from "../../api/clock";
import { ask } from "../../api/http";
import { ownOrganisation } from "../../app/session";
import { useFields } from "../../app/fields";
import { EditList, type FormProps } from "../../design/EditList";
import { ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { now } from "../../design/Time";
import { words } from "../../words";

const COLUMNS = ["rule", "organisation", "since", "until", "reason", "made_by"] as const;
const HOURS = ["1", "4", "8", "24", "168"] as const;
const HOUR_MS = 3_600_000;
const ANY = "*";
const MAKES = "POST /ops/alerts/silences";

/** Times in which nobody is told; one that is over only stands there. */
export function SilenceList() {
  const text = words.value.alerts;
  const lasts = (row: Row) => Date.parse(String(row["until"])) > now.value;
  return (
    <EditList label={text.tabs.silences} lead={text.silenceMeans} none={text.noSilence} path="/ops/alerts/silences" columns={COLUMNS} id="id" words={text.silences}
      puts={MAKES} removes="POST /ops/alerts/silences/{number}:remove" edits={false} ends={lasts} form={(props) => <SilenceDialog {...props} />} />
  );
}

/** Let nobody be told of a rule, or for an organisation, for some hours; `row`: of this alert. */
export function SilenceDialog({ row, done, onClose }: FormProps) {
  const text = words.value.alerts;
  const { fields, put } = useFields({ rule: String(row?.["rule"] ?? ANY), organisation: String(row?.["organisation"] || ownOrganisation(MAKES) || ANY), hours: "1" });
  const { rule, organisation, hours } = fields.value;
  const act = async (reason: string) => {
    const since = hubNow();
    const until = new Date(since + Number(hours) * HOUR_MS).toISOString();
    await ask("POST", "/ops/alerts/silences", { body: { rule: rule.trim(), organisation: organisation.trim(), since: new Date(since).toISOString(), until, reason } });
    done();
  };
  return (
    <ReasonDialog title={text.silence} action={text.silence} act={act} onClose={onClose}>
      <p>{text.silenceMeans}</p>
      <TextField label={words.value.figures["rule"] ?? ""} name="rule" required hint={text.ruleHint} maxLength={64} value={rule} onInput={put("rule")} />
      <TextField label={words.value.figures["organisation"] ?? ""} name="organisation" required hint={text.scopeHint} maxLength={64} value={organisation} onInput={put("organisation")} />
      <ChoiceField label={text.silenceFor} name="hours" value={hours} onInput={put("hours")} options={HOURS.map((one) => [one, text.hours(one)] as const)} />
    </ReasonDialog>
  );
}
