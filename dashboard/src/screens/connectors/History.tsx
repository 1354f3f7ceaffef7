import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Connector, ConnectorHistory, PastConnector } from "../../api/shapes";
import { Difference } from "../../design/Difference";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Time } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

interface Props {
  readonly connector: Connector;
  readonly done: () => void;
}

/** How it was configured, by whom and why, what each change was, and the way back. */
export function History({ connector, done }: Props) {
  const text = words.value.history;
  const path = at`/v1/admin/connectors/${connector.id}`;
  const key = JSON.stringify([connector.config, connector.limits, connector.windows, connector.wanted, connector.generation]);
  const found = useLoad(key, (stop) => ask<ConnectorHistory>("GET", `${path}/history`, { stop }));
  const back = useSignal<number | null>(null);
  const act = async (reason: string) => {
    await ask("POST", `${path}:rollback`, { body: { version: back.value, reason } });
    say(text.done);
    done();
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items }) => <ol class="plain-list">{items.map((one, index) => <Past key={one.version} one={one} before={items[index + 1]} newest={index === 0} back={() => { back.value = one.version; }} />)}</ol>}
      </Shown>
      {back.value !== null && <ReasonDialog title={`${text.back}: ${text.version} ${back.value}`} action={text.back} risky act={act} onClose={() => { back.value = null; }}><p>{text.backMeans}</p></ReasonDialog>}
    </section>
  );
}

interface PastProps {
  readonly one: PastConnector;
  readonly before: PastConnector | undefined;
  readonly newest: boolean;
  readonly back: () => void;
}

function Past({ one, before, newest, back }: PastProps) {
  const text = words.value.history;
  const [then, now] = [shown(before), shown(one)];
  return (
    <li class="stack-s">
      <div class="row spread">
        <span><strong>{text.version} {one.version}</strong> · <Time at={one.at} ago={false} />{!one.published_at && ` · ${text.pending}`}{!one.value && ` · ${text.removed}`}
          <span class="small soft"> {one.actor} <code>{one.action}</code></span></span>
        {!newest && one.value && <Write does="POST /v1/admin/connectors/{name}:rollback" onClick={back}>{text.back}</Write>}
      </div>
      <div class="small long">{one.reason}</div>
      <details><summary>{text.compare}</summary>{then === now ? <p class="small">{text.same}</p> : <Difference label={`${text.compare}: ${one.version}`} before={then} after={now} />}</details>
    </li>
  );
}

function shown(one: PastConnector | undefined): string {
  return one?.value ? JSON.stringify(one.value, null, 2) : "";
}
