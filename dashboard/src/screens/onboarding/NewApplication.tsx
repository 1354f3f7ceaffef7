import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { Application } from "../../api/shapes";
import { useFields } from "../../app/fields";
import { linesOf } from "../../app/lines";
import { go, href } from "../../app/router";
import { mayDo, ownOrganisation } from "../../app/session";
import { AreaField, TextField } from "../../design/Field";
import { Notice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** Register a system and the rights it needs; its twin in the sandbox is there at once. */
export function NewApplicationScreen() {
  const text = words.value.onboarding;
  const { fields, put } = useFields({ system: "", organisation: ownOrganisation("POST /v1/admin/onboardings") ?? "", name: "", sends: "", recipients: "urn:hub:all", takes: "" });
  const asking = useSignal(false);
  if (!mayDo("POST /v1/admin/onboardings")) return <Page title={text.fresh.title}><Notice kind="forbidden" title={words.value.problems["forbidden"] ?? ""} /></Page>;
  const submit = (event: Event) => {
    event.preventDefault();
    asking.value = true;
  };
  const act = async (reason: string) => {
    const { system, organisation, name, sends, recipients, takes } = fields.value;
    const body = { system: system.trim(), organisation: organisation.trim(), name: name.trim(), sends: linesOf(sends), recipients: linesOf(recipients), takes: linesOf(takes), reason };
    const made = await ask<Application>("POST", "/v1/admin/onboardings", { body });
    go(href(at`/onboarding/${made.system}`));
  };
  const lines = (name: "sends" | "recipients" | "takes", label: string, hint: string) => <AreaField label={label} hint={hint} name={name} value={fields.value[name]} onInput={put(name)} />;
  return (
    <Page title={text.fresh.title} lead={text.fresh.lead}>
      <form class="card stack-s" aria-label={text.fresh.title} onSubmit={submit}>
        <TextField label={text.system} name="system" required pattern="[a-z0-9\-]{3,55}" hint={text.fresh.systemHint} value={fields.value.system} onInput={put("system")} />
        <TextField label={text.fresh.name} name="name" required maxLength={300} value={fields.value.name} onInput={put("name")} />
        <TextField label={text.organisation} name="organisation" required value={fields.value.organisation} onInput={put("organisation")} />
        {lines("sends", text.sends, text.fresh.types)}
        {lines("recipients", text.recipients, text.fresh.recipientsHint)}
        {lines("takes", text.takes, text.fresh.types)}
        <div class="row"><Write does="POST /v1/admin/onboardings" type="submit" class="button button-main">{text.fresh.submit}</Write></div>
      </form>
      {asking.value && <ReasonDialog title={text.fresh.title} action={text.fresh.submit} act={act} onClose={() => { asking.value = false; }}><p>{text.fresh.lead}</p></ReasonDialog>}
    </Page>
  );
}
