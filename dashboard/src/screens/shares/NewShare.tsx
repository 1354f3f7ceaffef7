import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { useFields } from "../../app/fields";
import { linesOf } from "../../app/lines";
import { zone } from "../../app/preferences";
import { filter, go, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { AreaField, CheckField, ChoiceField, TextField } from "../../design/Field";
import { Notice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { now, offsetOf } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { instant } from "../messages/filters";
import { Broken, conditionsOf } from "./conditions";
import { EffectCard, type Changes } from "./Effect";

type Kind = "right" | "subscription";
const FIRST = { id: "", system: "", types: "", recipients: "", type: "", sources: "", areas: "", versions: "", conditions: "", since: "" };
type Typed = Readonly<Record<keyof typeof FIRST, string>>;

/** Ask for a right or a subscription: whoever owns the type approves it. */
export function NewShareScreen() {
  const text = words.value.shareNew;
  const kind: Kind = place.value.query["kind"] === "right" ? "right" : "subscription";
  const { fields, put } = useFields({ ...FIRST, system: place.value.query["system"] ?? "" });
  const copies = useSignal(false);
  const broken = useSignal("");
  const asking = useSignal<Changes | null>(null);
  if (!mayDo("POST /v1/admin/proposals")) return <Page title={text.title}><Notice kind="forbidden" title={words.value.problems["forbidden"] ?? ""} /></Page>;
  const changes = (): Changes | null => {
    broken.value = "";
    try {
      return [kind === "right" ? rightOf(fields.value) : subscriptionOf(fields.value, copies.value)];
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      broken.value = error.line;
      return null;
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    asking.value = changes();
  };
  const act = async (reason: string) => {
    await ask("POST", "/v1/admin/proposals", { body: { reason, changes: asking.value } });
    say(words.value.shares.asked);
    go(href("/shares"));
  };
  const line = (name: keyof Typed, label: string, hint?: string) => <TextField label={label} hint={hint} name={name} required value={fields.value[name]} onInput={put(name)} />;
  const area = (name: keyof Typed, label: string, hint: string, required = false) => <AreaField label={label} hint={hint} name={name} required={required} value={fields.value[name]} onInput={put(name)} />;
  return (
    <Page title={text.title} lead={text.lead}>
      <form class="card stack-s" aria-label={text.title} onSubmit={submit}>
        <ChoiceField label={text.what} name="kind" value={kind} onInput={(value) => filter({ kind: value })} options={Object.entries(words.value.shares.kinds)} />
        {line("system", words.value.shares.system)}
        {kind === "right" ? (
          <>
            {area("types", text.types, text.lines, true)}
            {area("recipients", text.recipients, text.recipientsHint, true)}
          </>
        ) : (
          <>
            {line("type", words.value.shares.type)}
            {area("sources", text.sources, text.sourcesHint)}
            {area("areas", text.areas, text.areasHint)}
            {area("versions", text.versions, text.versionsHint)}
            {area("conditions", text.conditions, text.conditionsHint)}
            {broken.value && <p role="alert" class="notice notice-failed">{text.conditionBroken(broken.value)}</p>}
            <CheckField label={text.copies} checked={copies.value} onChange={(value) => { copies.value = value; }} />
            <TextField label={text.since} hint={text.sinceHint} name="since" type="datetime-local" step="1" value={fields.value.since} onInput={put("since")} />
          </>
        )}
        {line("id", text.id, text.idHint)}
        <EffectCard changes={changes} />
        <div class="row"><Write does="POST /v1/admin/proposals" type="submit" class="button button-main">{text.submit}</Write></div>
      </form>
      {asking.value && <ReasonDialog title={text.title} action={text.submit} act={act} onClose={() => { asking.value = null; }}><p>{text.lead}</p></ReasonDialog>}
    </Page>
  );
}

function rightOf(typed: Typed): Readonly<Record<string, unknown>> {
  return { change: "put_right", id: typed.id.trim(), system: typed.system.trim(), types: linesOf(typed.types), recipients: linesOf(typed.recipients) };
}

function subscriptionOf(typed: Typed, copies: boolean): Readonly<Record<string, unknown>> {
  const since = instant(typed.since, offsetOf(zone.value, now.value));
  return {
    change: "put_subscription", id: typed.id.trim(), system: typed.system.trim(), type: typed.type.trim(), copies,
    sources: linesOf(typed.sources), areas: linesOf(typed.areas), versions: linesOf(typed.versions), conditions: conditionsOf(typed.conditions), ...(since && { since }),
  };
}
