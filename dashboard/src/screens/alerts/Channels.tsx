import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { filledFrom, useFields } from "../../app/fields";
import { EditList, type FormProps } from "../../design/EditList";
import { ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { NAME_PATTERN, SeverityField } from "./Rules";

const COLUMNS = ["name", "kind", "target", "organisation", "least"] as const;
const KINDS = ["email", "webhook", "message"] as const;
const FIRST = { name: "", kind: "email", target: "", organisation: "*", least: "warning" };

/** Where notices go: to the hub's operators, or to an organisation's responsible contact. */
export function ChannelList() {
  const text = words.value.alerts;
  const tested = useSignal("");
  const test = async (reason: string) => {
    await ask("POST", `${at`/ops/alerts/channels/${tested.value}`}:test`, { body: { reason } });
    say(text.channel.tested);
  };
  return (
    <>
      <EditList label={text.tabs.channels} lead={text.channelLead} none={text.noChannel} path="/ops/alerts/channels" columns={COLUMNS} id="name" words={text.channel}
        puts="PUT /ops/alerts/channels/{name}" removes="POST /ops/alerts/channels/{name}:remove" form={(props) => <ChannelDialog {...props} />}
        more={(row) => <Write does="POST /ops/alerts/channels/{name}:test" onClick={() => { tested.value = String(row["name"]); }}>{text.channel.test}</Write>} />
      {tested.value && (
        <ReasonDialog title={`${text.channel.test}: ${tested.value}`} action={text.channel.test} act={test} onClose={() => { tested.value = ""; }}>
          <p>{text.channel.testMeans}</p>
        </ReasonDialog>
      )}
    </>
  );
}

function ChannelDialog({ row, done, onClose }: FormProps) {
  const text = words.value.alerts;
  const { fields, put } = useFields(filledFrom(FIRST, row));
  const typed = fields.value;
  const act = async (reason: string) => {
    const body = { kind: typed.kind, target: typed.target.trim(), organisation: typed.organisation.trim(), least: typed.least, reason };
    await ask("PUT", at`/ops/alerts/channels/${typed.name.trim()}`, { body });
    done();
  };
  const kinds = words.value.values["kind"] ?? {};
  const kind = KINDS.find((one) => one === typed.kind) ?? "email";
  return (
    <ReasonDialog title={row ? `${words.value.edit.change}: ${typed.name}` : text.channel.add} action={words.value.edit.save} act={act} onClose={onClose}>
      {!row && <TextField label={words.value.figures["name"] ?? ""} name="name" required pattern={NAME_PATTERN} hint={text.nameHint} value={typed.name} onInput={put("name")} />}
      <ChoiceField label={words.value.figures["kind"] ?? ""} name="kind" value={typed.kind} onInput={put("kind")} options={KINDS.map((one) => [one, kinds[one] ?? one] as const)} />
      <TextField label={words.value.figures["target"] ?? ""} name="target" required minLength={3} maxLength={500} hint={text.targetHints[kind]} value={typed.target} onInput={put("target")} />
      <TextField label={words.value.figures["organisation"] ?? ""} name="organisation" hint={text.scopeHint} maxLength={64} value={typed.organisation} onInput={put("organisation")} />
      <SeverityField label={words.value.figures["least"] ?? ""} name="least" value={typed.least} onInput={put("least")} />
    </ReasonDialog>
  );
}
