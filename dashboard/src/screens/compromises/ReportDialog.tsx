import { ask, at } from "../../api/http";
import type { Compromise } from "../../api/shapes";
import { useFields } from "../../app/fields";
import { zone } from "../../app/preferences";
import { go, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { now, offsetOf } from "../../design/Time";
import { say } from "../../design/toast";
import { words } from "../../words";
import { instant } from "../messages/filters";

/** Say since when somebody else may have had a key; it is suspended at once. */
export function ReportDialog({ onClose }: { readonly onClose: () => void }) {
  const text = words.value.compromises;
  const { system = "", thumbprint = "" } = place.value.query;
  const { fields, put } = useFields({ system, thumbprint, since: "" });
  // The address is anybody's to share; the dialog is for whoever may report.
  if (!mayDo("POST /ops/compromises")) return null;
  const act = async (reason: string) => {
    const told = fields.value;
    const since = instant(told.since, offsetOf(zone.value, now.value));
    const body = { system: told.system.trim(), thumbprint: told.thumbprint.trim(), since, reason };
    const made = await ask<Compromise>("POST", "/ops/compromises", { body });
    say(text.told);
    go(href(at`/compromises/${made.id}`));
  };
  return (
    <ReasonDialog title={text.report} action={text.report} risky act={act} onClose={onClose}>
      <p>{text.means}</p>
      <TextField label={text.system} name="system" required maxLength={63} value={fields.value.system} onInput={put("system")} />
      <TextField label={text.thumbprint} hint={text.thumbprintHint} name="thumbprint" required maxLength={43} value={fields.value.thumbprint} onInput={put("thumbprint")} />
      <TextField label={text.since} hint={text.sinceHint} name="since" type="datetime-local" step="1" required value={fields.value.since} onInput={put("since")} />
    </ReasonDialog>
  );
}
