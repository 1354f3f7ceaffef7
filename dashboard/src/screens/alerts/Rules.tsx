import { told, type Row } from "../../api/cells";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import { filledFrom, useFields } from "../../app/fields";
import { ChoiceField, TextField } from "../../design/Field";
import { EditList, type FormProps } from "../../design/EditList";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { duration } from "../../design/Time";
import { either, language, words } from "../../words";

export const SEVERITIES = ["info", "warning", "critical"] as const;
/** What the hub takes as a name: hub/api/ops_alerts.py. */
export const NAME_PATTERN = "[a-z0-9][a-z0-9\\-]{0,63}";
const COLUMNS = ["name", "metric", "condition", "severity", "organisation", "subject", "an_hour"] as const;
const FIRST = { name: "", metric: "", above: "true", threshold: "0", for_seconds: "300", severity: "warning", organisation: "*", subject: "*", an_hour: "4" };

interface Metric {
  readonly name: string;
  readonly vi: string;
  readonly en: string;
}

/** When to alert. */
export function RuleList() {
  const text = words.value.alerts;
  const metrics = useLoad("metrics", (stop) => ask<{ items: readonly Metric[] }>("GET", "/ops/alerts/metrics", { stop }));
  return (
    <Shown from={metrics}>
      {({ items }) => {
        const named = new Map(items.map((one) => [one.name, either(one)]));
        const shown = (row: Row) => ({ ...row, metric: named.get(String(row["metric"])) ?? row["metric"], condition: conditionOf(row) });
        return (
          <EditList label={text.tabs.rules} lead={text.ruleLead} none={text.noRule} path="/ops/alerts/rules" columns={COLUMNS} id="name" shown={shown} words={text.rule}
            puts="PUT /ops/alerts/rules/{name}" removes="POST /ops/alerts/rules/{name}:remove" form={(props) => <RuleDialog {...props} metrics={items} />} />
        );
      }}
    </Shown>
  );
}

function conditionOf(row: Row): string {
  const beyond = `${told("above", row["above"])} ${told("threshold", row["threshold"])}`;
  const seconds = Number(row["for_seconds"]);
  return seconds === 0 ? beyond : words.value.alerts.lasting(beyond, duration(seconds, language.value));
}

function RuleDialog({ row, metrics, done, onClose }: FormProps & { readonly metrics: readonly Metric[] }) {
  const text = words.value.alerts;
  const { fields, put } = useFields(filledFrom({ ...FIRST, metric: metrics[0]?.name ?? "" }, row));
  const typed = fields.value;
  const act = async (reason: string) => {
    const { name, metric, severity } = typed;
    const numbers = { threshold: Number(typed.threshold), for_seconds: Number(typed.for_seconds), an_hour: Number(typed.an_hour) };
    const body = { metric, above: typed.above === "true", ...numbers, severity, organisation: typed.organisation.trim(), subject: typed.subject.trim(), reason };
    await ask("PUT", at`/ops/alerts/rules/${name.trim()}`, { body });
    done();
  };
  const number = (name: keyof typeof FIRST, label: string, min: number, max: number, step = "1") => (
    <TextField label={label} name={name} type="number" required min={min} max={max} step={step} value={typed[name]} onInput={put(name)} />
  );
  const title = row ? `${words.value.edit.change}: ${typed.name}` : text.rule.add;
  return (
    <ReasonDialog title={title} action={words.value.edit.save} act={act} onClose={onClose}>
      {!row && <TextField label={words.value.figures["name"] ?? ""} name="name" required pattern={NAME_PATTERN} hint={text.nameHint} value={typed.name} onInput={put("name")} />}
      <ChoiceField label={words.value.figures["metric"] ?? ""} name="metric" value={typed.metric} onInput={put("metric")} options={metrics.map((one) => [one.name, either(one)] as const)} />
      <ChoiceField label={text.when} name="above" value={typed.above} onInput={put("above")} options={[["true", text.above], ["false", text.below]]} />
      {number("threshold", words.value.figures["threshold"] ?? "", -1e15, 1e15, "any")}
      {number("for_seconds", words.value.figures["for_seconds"] ?? "", 0, 604_800)}
      <SeverityField label={words.value.figures["severity"] ?? ""} name="severity" value={typed.severity} onInput={put("severity")} />
      <TextField label={words.value.figures["organisation"] ?? ""} name="organisation" hint={text.scopeHint} maxLength={64} value={typed.organisation} onInput={put("organisation")} />
      <TextField label={words.value.figures["subject"] ?? ""} name="subject" required hint={text.subjectHint} maxLength={256} value={typed.subject} onInput={put("subject")} />
      {number("an_hour", words.value.figures["an_hour"] ?? "", 1, 60)}
    </ReasonDialog>
  );
}

interface SeverityProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** How much it matters. */
export function SeverityField(props: SeverityProps) {
  const named = words.value.values["severity"] ?? {};
  return <ChoiceField {...props} options={SEVERITIES.map((one) => [one, named[one] ?? one] as const)} />;
}
