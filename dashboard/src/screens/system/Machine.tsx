import type { Machine } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { bytes } from "../../design/Time";
import { language, words } from "../../words";

/** What runs, where the brokers are, how much room is left. */
export function MachineCard({ machine }: { readonly machine: Machine }) {
  const text = words.value.system;
  const { disk, database, brokers } = machine;
  return (
    <section class="card stack-s" aria-label={text.machine}>
      <h2>{text.machine}</h2>
      <dl class="facts">
        <dt>{text.hub}</dt><dd>{machine.hub} · Python {machine.python}</dd>
        <dt>{text.database}</dt><dd>{database.kind} {database.version}</dd>
        <dt>{text.disk}</dt>
        <dd class="row"><Badge tone={disk.free < disk.least ? "bad" : disk.free < 4 * disk.least ? "warn" : "good"} text={text.free(bytes(disk.free, language.value), bytes(disk.total, language.value))} /></dd>
        <dt>{text.brokers}</dt>
        <dd>
          {brokers === null && <Badge tone="bad" text={text.noBroker} />}
          {brokers?.map((one) => <div key={one.node}>{one.node} · {one.host}:{one.port}{one.controller && ` · ${text.controller}`}</div>)}
        </dd>
      </dl>
    </section>
  );
}
