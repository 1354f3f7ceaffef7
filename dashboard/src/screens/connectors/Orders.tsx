import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { Failed, type Problem } from "../../api/problem";
import type { Connector, ConnectorTest } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { ProblemNotice } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { either, words } from "../../words";

const ORDERS = ["pause", "resume", "stop", "restart"] as const;
type Order = (typeof ORDERS)[number];

interface Props {
  readonly connector: Connector;
  readonly done: () => void;
}

/** What a connector can be told. Each is a change of the rules, with a reason. */
export function Orders({ connector, done }: Props) {
  const text = words.value.connectors;
  const asked = useSignal<Order | null>(null);
  const close = () => { asked.value = null; };
  const act = (order: Order) => async (reason: string) => {
    await ask("POST", `${at`/v1/admin/connectors/${connector.id}`}:${order}`, { body: { reason } });
    say(text.told);
    done();
  };
  const fits = (order: Order) => (order === "pause" ? connector.wanted === "running" : order === "resume" ? connector.wanted !== "running" : order !== "stop" || connector.wanted !== "stopped");
  return (
    <div class="row">
      {ORDERS.filter(fits).map((order) => (
        <Write key={order} does="POST /v1/admin/connectors/{name}:{order}" class={order === "stop" ? "button button-risky" : "button"} onClick={() => { asked.value = order; }}>{text.orders[order]}</Write>
      ))}
      <Test name={connector.id} />
      {asked.value && (
        <ReasonDialog title={`${text.orders[asked.value]}: ${connector.id}`} action={text.orders[asked.value]} risky={asked.value === "stop"} act={act(asked.value)} onClose={close}>
          <p>{text.means[asked.value]}</p>
        </ReasonDialog>
      )}
    </div>
  );
}

/** A look at the other side; it changes nothing there. */
function Test({ name }: { readonly name: string }) {
  const text = words.value.connectors;
  const busy = useSignal(false);
  const answer = useSignal<ConnectorTest | null>(null);
  const problem = useSignal<Problem | null>(null);
  const test = async () => {
    busy.value = true;
    answer.value = problem.value = null;
    try {
      answer.value = await ask<ConnectorTest>("POST", `${at`/v1/admin/connectors/${name}`}:test`, { query: { wait: 10 } });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      problem.value = error.problem;
    } finally {
      busy.value = false;
    }
  };
  const told = answer.value;
  return (
    <>
      <Write does="POST /v1/admin/connectors/{name}:test" disabled={busy.value} onClick={() => void test()}>{busy.value ? text.testing : text.test}</Write>
      <span role="status">
        {told && <Badge tone={told.ok ? "good" : "bad"} text={told.ok === null ? text.noAnswer : either({ vi: told.vi || text.testOk, en: told.en || text.testOk })} />}
      </span>
      {problem.value && <ProblemNotice problem={problem.value} />}
    </>
  );
}
