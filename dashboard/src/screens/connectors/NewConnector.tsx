import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Adapter } from "../../api/shapes";
import { filter, go, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { ChoiceField, TextField } from "../../design/Field";
import { Notice, Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { either, words } from "../../words";
import { ConfigForm } from "./ConfigForm";

/** Make a connector: which adapter, for which system, configured how. */
export function NewConnectorScreen() {
  const text = words.value.connectors;
  const refused = !mayDo("change put_connector");
  const found = useLoad("adapters", (stop) => ask<{ items: readonly Adapter[] }>("GET", "/v1/admin/adapters", { stop }));
  const chosen = place.value.query["adapter"] ?? "";
  const name = useSignal("");
  const system = useSignal("");
  const save = async (config: Record<string, unknown>, reason: string) => {
    const change = { change: "put_connector", name: name.value.trim(), adapter: chosen, system: system.value.trim(), config };
    await ask("POST", "/v1/admin/changes", { body: { reason, changes: [change] } });
    go(href(at`/connectors/${name.value.trim()}`));
  };
  return (
    <Page title={text.fresh} lead={text.freshLead}>
      {refused && <Notice kind="forbidden" title={words.value.problems["forbidden"] ?? ""} />}
      <Shown from={found} empty={({ items }) => items.length === 0}>
        {({ items }) => {
          const adapter = items.find((one) => one.name === chosen);
          const shown = (one: Adapter) => `${one.name}${one.title ? ` · ${either(one.title)}` : ""}`;
          return (
            <section class="card stack-s" aria-label={text.fresh}>
              <ChoiceField label={text.adapter} value={chosen} onInput={(value) => filter({ adapter: value })} options={[["", "–"], ...items.map((one) => [one.name, shown(one)] as const)]} />
              <TextField label={text.name} name="connector-name" required pattern="[a-z0-9\-]{3,63}" hint={text.nameHint} value={name.value} onInput={(value) => { name.value = value; }} />
              <TextField label={text.system} name="connector-system" required hint={text.systemHint} value={system.value} onInput={(value) => { system.value = value; }} />
              {adapter?.problem && <Notice kind="failed" title={adapter.problem} />}
              {adapter?.config_schema && <ConfigForm key={adapter.name} schema={adapter.config_schema} config={{}} action={text.make} save={save} onClose={() => go(href("/connectors"))} />}
            </section>
          );
        }}
      </Shown>
    </Page>
  );
}
