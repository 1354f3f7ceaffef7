import { useSignal } from "@preact/signals";
import { allOf, text as attribute } from "../../api/entities";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Subject } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo, type Call } from "../../app/session";
import { Badge } from "../../design/Badge";
import { ChoiceField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

const CHANGE: Call = "change put_document_policy";
/** From the loosest to the strictest. */
const ALL = ["off", "record", "require"] as const;
type Policy = (typeof ALL)[number];
const TONES = { off: "none", record: "info", require: "good" } as const satisfies Readonly<Record<Policy, string>>;
interface Demand {
  readonly type: string;
  readonly policy: Policy;
  /** Somebody has set it; else it is off because nobody has. */
  readonly set: boolean;
}

/** What is demanded of the documents in the messages of each type. */
export function PolicyList() {
  const text = words.value.policies;
  const found = useLoad("policies", demands);
  const changed = useSignal<Demand | null>(null);
  const columns: readonly Column<Demand>[] = [
    { key: "type", title: text.type, cell: (one) => <Link href={href("/messages", { type: one.type })} class="document long">{one.type}</Link> },
    { key: "policy", title: text.policy, cell: (one) => <><Badge tone={TONES[one.policy]} text={text.names[one.policy]} /><div class="small soft">{one.set ? text.means[one.policy] : text.unset}</div></> },
    ...(mayDo(CHANGE) ? [{ key: "act", title: text.act, cell: (one: Demand) => <Write does={CHANGE} onClick={() => { changed.value = one; }}>{words.value.edit.change}</Write> }] : []),
  ];
  return (
    <section class="stack-s" aria-label={text.title}>
      <p class="soft">{text.lead}</p>
      <Shown from={found} empty={(all) => all.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(all) => <Table label={text.title} columns={columns} rows={all} id={(one) => one.type} />}
      </Shown>
      {changed.value && <PolicyDialog demand={changed.value} done={() => { say(words.value.edit.done); found.again(); }} onClose={() => { changed.value = null; }} />}
    </section>
  );
}

function PolicyDialog({ demand, done, onClose }: { readonly demand: Demand; readonly done: () => void; readonly onClose: () => void }) {
  const text = words.value.policies;
  const policy = useSignal<Policy>(demand.policy);
  const act = async (reason: string) => {
    await ask("POST", "/v1/admin/changes", { body: { reason, changes: [{ change: "put_document_policy", type: demand.type, policy: policy.value }] } });
    done();
  };
  const looser = ALL.indexOf(policy.value) < ALL.indexOf(demand.policy);
  return (
    <ReasonDialog title={`${words.value.edit.change}: ${demand.type}`} action={words.value.edit.save} risky={looser} act={act} onClose={onClose}>
      <ChoiceField label={text.policy} name="policy" value={policy.value} onInput={(value) => { policy.value = read(value); }} options={ALL.map((one) => [one, text.names[one]] as const)} />
      <p>{text.means[policy.value]}</p>
      <p class="soft">{looser ? text.looser : text.stays}</p>
    </ReasonDialog>
  );
}

async function demands(stop: AbortSignal): Promise<readonly Demand[]> {
  const [policies, schemas] = await Promise.all([
    allOf("document-policies", stop),
    ask<{ items: readonly Subject[] }>("GET", "/ops/schemas", { stop }),
  ]);
  const set = new Map(policies.map((one) => [one.id, read(attribute(one, "policy"))] as const));
  const types = new Set([...set.keys(), ...schemas.items.flatMap((one) => (one.type ? [one.type] : []))]);
  return [...types].sort().map((type) => ({ type, policy: set.get(type) ?? "off", set: set.has(type) }));
}

function read(name: string): Policy {
  return ALL.find((one) => one === name) ?? "off";
}
