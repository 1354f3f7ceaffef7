import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Row, Rows } from "../../api/cells";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import { mayDo } from "../../app/session";
import { Figures } from "../../design/Figures";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { SilenceDialog } from "./Silences";

const REFRESH_MS = 15_000;
const COLUMNS = ["rule", "subject", "organisation", "phase", "value", "since", "taken_by"] as const;
const TAKE = "POST /ops/alerts:take";
const SILENCE = "POST /ops/alerts/silences";

function useRows(path: string) {
  const found = useLoad(path, (stop) => ask<Rows>("GET", path, { stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return found;
}

/** What is beyond its threshold; take it, or let nobody be told of it for a while. */
export function Firing() {
  const text = words.value.alerts;
  const found = useRows("/ops/alerts");
  const taken = useSignal<Row | null>(null);
  const silenced = useSignal<Row | null>(null);
  const done = () => {
    say(text.done);
    found.again();
  };
  const take = async (reason: string) => {
    const { rule, subject } = taken.value ?? {};
    await ask("POST", "/ops/alerts:take", { body: { rule, subject, reason } });
    done();
  };
  const cell = (row: Row) => (
    <div class="row">
      <Write does={TAKE} onClick={() => { taken.value = row; }}>{text.take}</Write>
      <Write does={SILENCE} onClick={() => { silenced.value = row; }}>{text.silence}</Write>
    </div>
  );
  const more = mayDo(TAKE) || mayDo(SILENCE) ? [{ key: "act", title: words.value.edit.act, cell }] : [];
  return (
    <>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items }) => <Figures label={text.tabs[""]} columns={COLUMNS} rows={items} more={more} />}
      </Shown>
      {taken.value && <ReasonDialog title={text.take} action={text.take} act={take} onClose={() => { taken.value = null; }} />}
      {silenced.value && <SilenceDialog row={silenced.value} done={done} onClose={() => { silenced.value = null; }} />}
    </>
  );
}

/** What people were told, or how it went over their channels. */
export function Told({ what, columns }: { readonly what: "notices" | "tellings"; readonly columns: readonly string[] }) {
  const text = words.value.alerts;
  const found = useRows(`/ops/alerts/${what}`);
  return (
    <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.noneTold}</p>}>
      {({ items }) => <Figures label={text.tabs[what]} columns={columns} rows={items} />}
    </Shown>
  );
}
