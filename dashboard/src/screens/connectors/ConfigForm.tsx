import { useSignal } from "@preact/signals";
import type { JsonSchema } from "../../api/shapes";
import { AreaField, CheckField, ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
import { language, words } from "../../words";
import { configOf, settingsOf, shownIn, Unreadable, type Setting } from "./config";

interface Props {
  readonly schema: JsonSchema;
  readonly config: Readonly<Record<string, unknown>>;
  readonly action: string;
  readonly save: (config: Record<string, unknown>, reason: string) => Promise<void>;
  readonly onClose: () => void;
}

/** A form made from an adapter's JSON Schema. The hub checks it again, and has the last word. */
export function ConfigForm({ schema, config, action, save, onClose }: Props) {
  const text = words.value.connectors;
  const settings = settingsOf(schema);
  const fields = useSignal<Readonly<Record<string, string>>>(Object.fromEntries(settings.map((one) => [one.name, shownIn(one, config[one.name])])));
  const ready = useSignal<Record<string, unknown> | null>(null);
  const wrong = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    try {
      ready.value = configOf(settings, fields.value);
      wrong.value = "";
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      wrong.value = error.setting;
    }
  };
  const put = (name: string) => (value: string) => { fields.value = { ...fields.value, [name]: value }; };
  return (
    <form class="stack-s config-form" onSubmit={submit}>
      {settings.map((one) => <SettingField key={one.name} setting={one} value={fields.value[one.name] ?? ""} put={put(one.name)} />)}
      {wrong.value && <p role="alert" class="notice notice-failed">{text.unreadable(wrong.value)}</p>}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>{words.value.reason.cancel}</button>
        <Write does="change put_connector" type="submit" class="button button-main">{action}</Write>
      </div>
      {ready.value && (
        <ReasonDialog title={action} action={action} act={(reason) => save(ready.value ?? {}, reason)} onClose={() => { ready.value = null; }} />
      )}
    </form>
  );
}

function SettingField({ setting, value, put }: { readonly setting: Setting; readonly value: string; readonly put: (value: string) => void }) {
  const text = words.value.connectors;
  const label = `${setting.title[language.value]}${setting.required ? " *" : ""}`;
  const common = { label, name: setting.name, value, onInput: put, required: setting.required };
  switch (setting.kind) {
    case "yes-no":
      return <CheckField label={label} checked={value === "true"} onChange={(checked) => put(String(checked))} />;
    case "choice":
      return <ChoiceField label={label} name={setting.name} value={value} onInput={put}
        options={[...(setting.required ? [] : [["", "–"] as const]), ...setting.choices.map((one) => [one, one] as const)]} />;
    case "lines":
      return <AreaField {...common} hint={text.lines} />;
    case "json":
      return <AreaField {...common} hint={text.json} code />;
    case "secret":
      return <TextField {...common} type="password" autocomplete="off" hint={text.secret} />;
    case "number":
      return <TextField {...common} type="number" step={setting.whole ? "1" : "any"} />;
    case "text":
      return <TextField {...common} />;
  }
}
