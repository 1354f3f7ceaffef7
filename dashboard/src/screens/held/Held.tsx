import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Held } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** Messages that are held for a fault of the hub; those behind them with the same key wait too. */
export function HeldScreen() {
  const text = words.value.held;
  const found = useLoad("held", (stop) => ask<{ items: readonly Held[]; next: number | null }>("GET", "/v1/admin/quarantine", { stop }));
  const asked = useSignal<Held | null>(null);
  const release = async (reason: string) => {
    await ask("POST", `/v1/admin/quarantine/${asked.value?.offset ?? ""}:release`, { body: { reason } });
    found.again();
  };
  const columns: readonly Column<Held>[] = [
    { key: "message", title: text.message, cell: (one) => <><Link href={href(at`/messages/${one.source}/${one.id}`)} class="document long">{one.subject || one.id}</Link><div class="small soft">{one.source} / {one.id}</div></> },
    { key: "reason", title: text.reason, cell: (one) => one.reason },
    { key: "at", title: text.at, cell: (one) => <Time at={one.at} /> },
    { key: "act", title: text.act, cell: (one) => <Write does="POST /v1/admin/quarantine/{offset}:release" onClick={() => { asked.value = one; }}>{text.release}</Write> },
  ];
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items, next }) => <><Table label={text.title} columns={columns} rows={items} id={(one) => String(one.offset)} />{next !== null && <p class="soft">{text.more}</p>}</>}
      </Shown>
      {asked.value && (
        <ReasonDialog title={text.release} action={text.release} act={release} onClose={() => { asked.value = null; }}><p>{text.means}</p></ReasonDialog>
      )}
    </Page>
  );
}
