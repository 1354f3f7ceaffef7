import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import type { Adapter, Connector, Written } from "../../api/shapes";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { masked } from "./config";
import { ConfigForm } from "./ConfigForm";

interface Props {
  readonly connector: Connector;
  readonly adapter: Adapter | undefined;
  readonly done: () => void;
}

/** The configuration: read with its secrets masked, changed by a form that its adapter describes. */
export function ConfigCard({ connector, adapter, done }: Props) {
  const text = words.value.connectors;
  const editing = useSignal(false);
  const schema = adapter?.config_schema ?? undefined;
  const save = async (config: Record<string, unknown>, reason: string) => {
    await ask<Written>("POST", "/v1/admin/changes", { body: { reason, changes: [changeOf(connector, config)] } });
    editing.value = false;
    say(text.saved);
    done();
  };
  return (
    <section class="card stack-s" aria-label={text.config}>
      <div class="row spread">
        <h2>{text.config}</h2>
        {schema && !editing.value && <Write does="change put_connector" onClick={() => { editing.value = true; }}>{text.edit}</Write>}
      </div>
      {editing.value && schema
        ? <ConfigForm schema={schema} config={connector.config} action={text.save} save={save} onClose={() => { editing.value = false; }} />
        : <pre tabIndex={0} aria-label={text.config}>{JSON.stringify(masked(connector.config, schema), null, 2)}</pre>}
    </section>
  );
}

/** Return the change that gives a connector this configuration and leaves the rest as it is. */
export function changeOf(connector: Connector, config: Record<string, unknown>): Record<string, unknown> {
  const windows = connector.windows.map((one) => ({ ...one, start: minute(one["start"]), end: minute(one["end"]) }));
  const { id: name, adapter, system, isolation, limits } = connector;
  return { change: "put_connector", name, adapter, system, isolation, limits, windows, config };
}

/** The hub tells times to the second and takes them to the minute. */
function minute(time: unknown): unknown {
  return typeof time === "string" ? time.slice(0, 5) : time;
}
