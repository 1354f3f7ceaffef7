import { ask, at } from "../../api/http";
import { filledFrom, useFields } from "../../app/fields";
import { EditList, type FormProps } from "../../design/EditList";
import { TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { words } from "../../words";

const COLUMNS = ["procedure", "name", "working_days", "warn_days"] as const;
const FIRST = { procedure: "", name: "", working_days: "", warn_days: "2" };

/** How many working days each procedure may take. */
export function LimitList() {
  const text = words.value.deadlines;
  return (
    <EditList label={text.tabs.limits} lead={text.limitLead} none={text.noLimit} path="/ops/limits" columns={COLUMNS} id="procedure" words={text.limit}
      puts="PUT /ops/limits/{procedure}" removes="POST /ops/limits/{procedure}:remove" form={(props) => <LimitDialog {...props} />} />
  );
}

function LimitDialog({ row, done, onClose }: FormProps) {
  const text = words.value.deadlines;
  const { fields, put } = useFields(filledFrom(FIRST, row));
  const typed = fields.value;
  const act = async (reason: string) => {
    const days = typed.working_days === "" ? null : Number(typed.working_days);
    await ask("PUT", at`/ops/limits/${typed.procedure.trim()}`, { body: { name: typed.name.trim(), working_days: days, warn_days: Number(typed.warn_days), reason } });
    done();
  };
  const label = (name: string) => words.value.figures[name] ?? name;
  return (
    <ReasonDialog title={row ? `${words.value.edit.change}: ${typed.procedure}` : text.limit.add} action={words.value.edit.save} act={act} onClose={onClose}>
      {!row && <TextField label={label("procedure")} name="procedure" required pattern="[0-9A-Za-z][0-9A-Za-z._\-]{0,99}" hint={text.procedureHint} value={typed.procedure} onInput={put("procedure")} />}
      <TextField label={label("name")} name="name" required maxLength={300} value={typed.name} onInput={put("name")} />
      <TextField label={label("working_days")} name="working_days" type="number" min={1} max={1000} step="1" hint={text.workingDaysHint} value={typed.working_days} onInput={put("working_days")} />
      <TextField label={label("warn_days")} name="warn_days" type="number" required min={0} max={60} step="1" value={typed.warn_days} onInput={put("warn_days")} />
    </ReasonDialog>
  );
}
