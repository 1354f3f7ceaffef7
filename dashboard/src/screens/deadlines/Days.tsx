import { ask, at } from "../../api/http";
import { filledFrom, useFields } from "../../app/fields";
import { EditList, type FormProps } from "../../design/EditList";
import { ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { words } from "../../words";

const COLUMNS = ["day", "works", "note"] as const;
const FIRST = { day: "", works: "true", note: "" };

/** Days that were moved: worked although a weekend, or off although a weekday. */
export function DayList() {
  const text = words.value.deadlines;
  return (
    <EditList label={text.tabs.days} lead={text.dayLead} none={text.noDay} path="/ops/calendar/days" columns={COLUMNS} id="day" words={text.day}
      puts="PUT /ops/calendar/days/{day}" removes="POST /ops/calendar/days/{day}:remove" form={(props) => <DayDialog {...props} />} />
  );
}

function DayDialog({ row, done, onClose }: FormProps) {
  const text = words.value.deadlines;
  const { fields, put } = useFields(filledFrom(FIRST, row));
  const typed = fields.value;
  const act = async (reason: string) => {
    await ask("PUT", at`/ops/calendar/days/${typed.day}`, { body: { works: typed.works === "true", note: typed.note.trim(), reason } });
    done();
  };
  const works = words.value.values["works"] ?? {};
  return (
    <ReasonDialog title={row ? `${words.value.edit.change}: ${typed.day}` : text.day.add} action={words.value.edit.save} act={act} onClose={onClose}>
      {!row && <TextField label={words.value.figures["day"] ?? ""} name="day" type="date" required value={typed.day} onInput={put("day")} />}
      <ChoiceField label={words.value.figures["works"] ?? ""} name="works" value={typed.works} onInput={put("works")} options={["true", "false"].map((one) => [one, works[one] ?? one] as const)} />
      <TextField label={words.value.figures["note"] ?? ""} name="note" required maxLength={300} hint={text.noteHint} value={typed.note} onInput={put("note")} />
    </ReasonDialog>
  );
}
