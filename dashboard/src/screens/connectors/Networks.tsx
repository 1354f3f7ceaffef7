import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Network } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";

type Asked = { readonly what: "ask" } | { readonly what: "approve" | "withdraw"; readonly cidr: string };

/** Where a connector may call: one person asks, another approves (invariant 11). */
export function Networks({ name }: { readonly name: string }) {
  const text = words.value.networks;
  const path = at`/v1/admin/connectors/${name}/networks`;
  const found = useLoad(name, (stop) => ask<{ items: readonly Network[] }>("GET", path, { stop }));
  const asked = useSignal<Asked | null>(null);
  const cidr = useSignal("");
  const act = async (reason: string) => {
    const wanted = asked.value;
    if (!wanted) return;
    const body = { cidr: wanted.what === "ask" ? cidr.value.trim() : wanted.cidr, reason };
    await ask("POST", wanted.what === "ask" ? path : `${path}:${wanted.what}`, { body });
    found.again();
  };
  const close = () => { asked.value = null; };
  const columns: readonly Column<Network>[] = [
    { key: "cidr", title: text.cidr, cell: (one) => <code>{one.cidr}</code> },
    { key: "state", title: text.state, cell: (one) => (one.approved_by ? <Badge tone="good" text={text.approved(one.approved_by)} /> : <Badge tone="warn" text={text.waits} />) },
    { key: "asked", title: text.asked, cell: (one) => <>{one.asked_by} · <Time at={one.asked_at} ago={false} /><div class="small soft long">{one.reason}</div></> },
    {
      key: "act", title: text.act, cell: (one) => (
        <div class="row">
          {!one.approved_by && <Write does="POST /v1/admin/connectors/{name}/networks:approve" onClick={() => { asked.value = { what: "approve", cidr: one.cidr }; }}>{text.approve}</Write>}
          <Write does="POST /v1/admin/connectors/{name}/networks:withdraw" onClick={() => { asked.value = { what: "withdraw", cidr: one.cidr }; }}>{text.withdraw}</Write>
        </div>
      ),
    },
  ];
  return (
    <section class="stack-s" aria-label={text.title}>
      <div class="row spread">
        <h2>{text.title}</h2>
        <Write does="POST /v1/admin/connectors/{name}/networks" onClick={() => { asked.value = { what: "ask" }; }}>{text.ask}</Write>
      </div>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items }) => <Table label={text.title} columns={columns} rows={items} id={(one) => one.cidr} />}
      </Shown>
      {asked.value && (
        <ReasonDialog title={text[asked.value.what]} action={text[asked.value.what]} act={act} onClose={close}>
          {asked.value.what === "ask"
            ? <TextField label={text.cidr} hint={text.cidrHint} required value={cidr.value} onInput={(value) => { cidr.value = value; }} />
            : <p><code>{asked.value.cidr}</code></p>}
        </ReasonDialog>
      )}
    </section>
  );
}
