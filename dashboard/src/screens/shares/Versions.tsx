import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { MadeVersion, Paged } from "../../api/shapes";
import { filter, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { CheckField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { EffectCard } from "./Effect";

interface Versioned {
  readonly items: readonly MadeVersion[];
  readonly next: number | null;
}

/** Every version of the rules, who made it and why, and the way back. */
export function VersionsScreen() {
  const text = words.value.versions;
  const before = place.value.query["before"];
  const found = useLoad(before ?? "", (stop) => ask<Versioned>("GET", "/v1/admin/rules-versions", { query: { before, limit: 25 }, stop }));
  const back = useSignal<number | null>(null);
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items, next }) => (
          <>
            <Table label={text.title} columns={columns(before ? null : (items[0]?.version ?? null), (version) => { back.value = version; })} rows={items} id={(one) => String(one.version)} />
            <Pager page={{ next: next === null ? null : String(next), previous: before ? "newest" : null }} go={(cursor) => filter({ before: cursor.after })} />
          </>
        )}
      </Shown>
      {back.value !== null && <BackDialog version={back.value} done={found.again} onClose={() => { back.value = null; }} />}
    </Page>
  );
}

function columns(newest: number | null, go: (version: number) => void): readonly Column<MadeVersion>[] {
  const text = words.value.versions;
  return [
    { key: "version", title: text.number, number: true, cell: (one) => count(one.version) },
    { key: "at", title: text.at, cell: (one) => <Time at={one.at} /> },
    { key: "who", title: text.who, cell: (one) => one.actor ?? text.itself },
    { key: "why", title: text.why, cell: (one) => <span class="long">{one.reason}</span> },
    { key: "changes", title: text.changes, cell: (one) => <Changed version={one} /> },
    { key: "state", title: text.state, cell: (one) => <Badge tone={one.published_at ? "good" : "warn"} text={one.published_at ? text.published : text.waits} /> },
    { key: "back", title: text.back, cell: (one) => <Back version={one.version} newest={one.version === newest} go={go} /> },
  ];
}

/** One step: the newest version is undone, an earlier one comes back. */
function Back({ version, newest, go }: { readonly version: number; readonly newest: boolean; readonly go: (version: number) => void }) {
  const text = words.value.versions;
  const to = newest ? version - 1 : version;
  if (to < 1) return null;
  return <Write does="change restore_rules" onClick={() => go(to)}>{newest ? text.undo : text.back}</Write>;
}

/** What a version changed; it is asked for when somebody opens it. */
function Changed({ version }: { readonly version: MadeVersion }) {
  const open = useSignal(false);
  return (
    <details onToggle={(event) => { open.value = event.currentTarget.open; }}>
      <summary>{words.value.versions.show} ({count(version.changes)})</summary>
      {open.value && <Entities version={version.version} />}
    </details>
  );
}

function Entities({ version }: { readonly version: number }) {
  const found = useLoad(String(version), (stop) => ask<Paged<{ readonly entity: string; readonly value: unknown }>>("GET", `/v1/admin/rules/${version}/changes`, { query: { limit: 100 }, stop }));
  return (
    <Shown from={found}>
      {({ items, next }) => (
        <ul class="plain-list">
          {items.map((one) => <li key={one.entity}><code class="long">{one.entity}</code>{one.value === null ? <span class="small soft"> {words.value.versions.removed}</span> : <pre tabIndex={0} aria-label={one.entity}>{JSON.stringify(one.value, null, 2)}</pre>}</li>)}
          {next && <li>…</li>}
        </ul>
      )}
    </Shown>
  );
}

function BackDialog({ version, done, onClose }: { readonly version: number; readonly done: () => void; readonly onClose: () => void }) {
  const text = words.value.versions;
  const second = useSignal(false);
  const changes = [{ change: "restore_rules", version }];
  const act = async (reason: string) => {
    await ask("POST", second.value ? "/v1/admin/proposals" : "/v1/admin/changes", { body: { reason, changes } });
    say(second.value ? text.asked : text.done);
    done();
  };
  return (
    <ReasonDialog title={`${text.back}: ${version}`} action={text.back} risky act={act} onClose={onClose}>
      <p>{text.means(String(version))}</p>
      <EffectCard changes={() => changes} />
      <CheckField label={text.second} checked={second.value} onChange={(value) => { second.value = value; }} />
    </ReasonDialog>
  );
}
