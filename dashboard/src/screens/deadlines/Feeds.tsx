import { useSignal } from "@preact/signals";
import type { Row, Rows } from "../../api/cells";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import { Figures } from "../../design/Figures";
import { TextField } from "../../design/Field";
import { Notice, Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** Deadlines in one's own calendar program: the address of a feed is a secret, shown once. */
export function FeedList() {
  const text = words.value.deadlines;
  const found = useLoad("feeds", (stop) => ask<Rows>("GET", "/ops/calendar/feeds", { stop }));
  const making = useSignal(false);
  const organisation = useSignal("");
  const address = useSignal("");
  const make = async (reason: string) => {
    const { path } = await ask<{ path: string }>("POST", "/ops/calendar/feeds", { body: { organisation: organisation.value.trim() || null, reason } });
    address.value = new URL(path, window.location.origin).href;
    found.again();
  };
  const revoke = async (row: Row) => {
    await ask("POST", `${at`/ops/calendar/feeds/${String(row["digest"])}`}:revoke`);
    found.again();
  };
  const cell = (row: Row) => <Write does="POST /ops/calendar/feeds/{digest}:revoke" onClick={() => void revoke(row)}>{text.feed.remove}</Write>;
  return (
    <section class="stack-s" aria-label={text.tabs.feeds}>
      <div class="row spread">
        <p class="soft">{text.feedLead}</p>
        <Write does="POST /ops/calendar/feeds" class="button button-main" onClick={() => { making.value = true; }}>{text.feed.add}</Write>
      </div>
      {address.value && <Notice kind="empty" title={text.feedMade}><p><code class="long first-password">{address.value}</code></p></Notice>}
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.noFeed}</p>}>
        {({ items }) => <Figures label={text.tabs.feeds} columns={["organisation", "made_at"]} rows={items} more={[{ key: "act", title: words.value.edit.act, cell }]} />}
      </Shown>
      {making.value && (
        <ReasonDialog title={text.feed.add} action={text.feed.add} act={make} onClose={() => { making.value = false; }}>
          <TextField label={words.value.figures["organisation"] ?? ""} name="organisation" hint={text.feedHint} maxLength={64} value={organisation.value} onInput={(value) => { organisation.value = value; }} />
        </ReasonDialog>
      )}
    </section>
  );
}
