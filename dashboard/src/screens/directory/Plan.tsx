import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import type { ImportPlan } from "../../api/shapes";
import { Badge, StateBadge } from "../../design/Badge";
import { TextField } from "../../design/Field";
import { Notice } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Table } from "../../design/Table";
import { count } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import type { Chosen } from "./Import";
import { span } from "./days";
import { propose, refusedAlone } from "./save";

const IMPORTS = "POST /v1/admin/directory:import";

interface Props {
  readonly plan: ImportPlan;
  readonly chosen: Chosen;
  readonly done: () => void;
}

/** What a file would change; many closings must be told by their number before they are done. */
export function Plan({ plan, chosen, done }: Props) {
  const text = words.value.directoryImport;
  const asking = useSignal(false);
  const closing = useSignal("");
  const act = async (reason: string) => {
    const { file, format, close_missing } = chosen;
    const query = { format, close_missing, digest: plan.digest, closing: Number(closing.value) || 0, reason };
    const take = () => ask("POST", "/v1/admin/directory:import", { query, file });
    // What waits for a second person is one request: more changes than are shown here are too many to judge.
    if (plan.shown.length < plan.changes) await take();
    else if (await refusedAlone(take)) return propose(plan.shown, reason).then(done);
    say(text.imported(count(plan.changes)));
    done();
  };
  const counted: readonly (readonly [string, number])[] = [
    [text.rows, plan.rows], [text.existing, plan.existing], [text.added, plan.added], [text.altered, plan.altered], [text.closed, plan.closed], [text.leftOut, plan.left_out],
  ];
  return (
    <div class="stack-s" data-plan>
      <dl class="facts">{counted.map(([name, number]) => <><dt key={`${name}t`}>{name}</dt><dd key={`${name}d`}>{count(number)}</dd></>)}</dl>
      {plan.asks && <Notice kind="failed" title={text.asks(count(plan.closed), count(plan.existing))}><p>{text.asksNext}</p></Notice>}
      {plan.findings.length > 0 && (
        <Table label={text.findings} rows={plan.findings.map((one, index) => ({ ...one, index }))} id={(one) => String(one.index)} columns={[
          { key: "place", title: text.place, cell: (one) => one.place.replace(/^row /, `${text.row} `) },
          { key: "said", title: text.said, cell: (one) => <><Badge tone={one.left_out ? "bad" : "warn"} text={one.left_out ? text.notTaken : text.taken} /> {named(text.saids, one.said)}</> },
          { key: "detail", title: text.detail, cell: (one) => <code class="long">{one.detail}</code> },
        ]} />
      )}
      {plan.changes === 0 ? <p role="status">{text.nothing}</p> : (
        <>
          <details>
            <summary>{text.shown(count(plan.shown.length), count(plan.changes))}</summary>
            <Changes plan={plan} />
          </details>
          <div class="row"><Write does={IMPORTS} class="button button-main" onClick={() => { asking.value = true; }}>{text.run}</Write></div>
        </>
      )}
      {asking.value && (
        <ReasonDialog title={text.run} action={text.run} risky={plan.closed > 0} act={act} onClose={() => { asking.value = false; }}>
          <p>{text.means(count(plan.added), count(plan.altered), count(plan.closed))}</p>
          {plan.asks && <TextField label={text.closing} name="closing" type="number" min={0} required value={closing.value} onInput={(value) => { closing.value = value; }} />}
        </ReasonDialog>
      )}
    </div>
  );
}

/** The first changes, each as the directory will have it. */
function Changes({ plan }: { readonly plan: ImportPlan }) {
  const text = words.value.directoryImport;
  const rows = plan.shown.map((one, index) => ({ one, index }));
  const told = (one: Readonly<Record<string, unknown>>, names: readonly string[]) => names.map((name) => one[name]).filter((value) => typeof value === "string").join(" · ");
  return (
    <Table label={text.what} rows={rows} id={({ index }) => String(index)} columns={[
      { key: "what", title: text.what, cell: ({ one }) => named(text.whats, String(one["change"])) },
      { key: "which", title: text.which, cell: ({ one }) => <code class="long">{told(one, ["id", "code"])}</code> },
      { key: "how", title: text.how, cell: ({ one }) => (
        <span class="long">{told(one, ["name", "organisation"])}{typeof one["state"] === "string" && <> <StateBadge state={one["state"]} /></>}{typeof one["valid_to"] === "string" && ` ${span(null, one["valid_to"])}`}</span>
      ) },
    ]} />
  );
}
