import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { ProviderGroup, RoleList } from "../../api/shapes";
import { mayDo } from "../../app/session";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { either, words } from "../../words";
import { Grants, grantsOf, type Chosen } from "./Grants";

const PUT = "POST /ops/groups";

interface Answer {
  readonly waiting: string | null;
}

/** Which roles the groups of the identity provider give; more than before waits for another person. */
export function Groups({ list }: { readonly list: RoleList }) {
  const text = words.value.users.groups;
  const found = useLoad("groups", (stop) => ask<{ readonly items: readonly ProviderGroup[] }>("GET", "/ops/groups", { stop }));
  const changed = useSignal<string | null>(null);
  const chosen = useSignal<Chosen>({});
  const begin = (group: string, grants: ProviderGroup["grants"]) => {
    chosen.value = Object.fromEntries(grants.map((one) => [one.role, one.organisation ?? ""]));
    changed.value = group;
  };
  const act = async (reason: string) => {
    const body = { group: changed.value, grants: grantsOf(chosen.value), reason };
    const answer = await ask<Answer>("POST", "/ops/groups", { body });
    say(answer.waiting ? words.value.users.waits : words.value.users.done);
    found.again();
  };
  return (
    <section class="stack-s" aria-label={text.title}>
      <div class="row spread"><h2>{text.title}</h2><Write does={PUT} onClick={() => begin("", [])}>{text.add}</Write></div>
      <p class="soft">{text.lead}</p>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items }) => <Table label={text.title} columns={columns(list, begin)} rows={items} id={(row) => row.group} />}
      </Shown>
      {changed.value !== null && (
        <ReasonDialog title={text.change} action={text.change} act={act} onClose={() => { changed.value = null; }}>
          <TextField label={text.group} required value={changed.value} onInput={(value) => { changed.value = value; }} />
          <Grants roles={list} chosen={chosen.value} choose={(next) => { chosen.value = next; }} />
        </ReasonDialog>
      )}
    </section>
  );
}

function columns(list: RoleList, begin: (group: string, grants: ProviderGroup["grants"]) => void): readonly Column<ProviderGroup>[] {
  const text = words.value.users.groups;
  const named = (role: string) => { const known = list.roles.find((one) => one.role === role); return known ? either(known) : role; };
  return [
    { key: "group", title: text.group, cell: (row) => <span class="long">{row.group}</span> },
    { key: "roles", title: words.value.users.roles, cell: (row) => (row.grants.length === 0 ? text.nothing : row.grants.map((one) => <div key={`${one.role} ${one.organisation}`}>{named(one.role)}{one.organisation && <span class="small soft"> · {one.organisation}</span>}</div>)) },
    { key: "by", title: text.setBy, cell: (row) => row.set_by ?? text.settings },
    ...(mayDo(PUT) ? [{ key: "change", title: text.change, cell: (row: ProviderGroup) => <Write does={PUT} onClick={() => begin(row.group, row.grants)}>{text.change}</Write> }] : []),
  ];
}
