import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Adapter, Connector, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { duration, Time } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { language, words } from "../../words";

/** A connector reports every five seconds. */
const REFRESH_MS = 5_000;
const MOST = 1_000;

/** Connectors that read the other side by the clock: when they did, when they will, and now. */
export function SchedulesScreen() {
  const text = words.value.schedules;
  const found = useLoad("schedules", sources);
  const asked = useSignal("");
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  const act = async (reason: string) => {
    await ask("POST", `${at`/v1/admin/connectors/${asked.value}`}/signals`, { body: { signal: "flush", reason } });
    say(text.told);
    found.again();
  };
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={(items) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(items) => <Table label={text.title} rows={items} id={(one) => one.id} columns={columns((name) => { asked.value = name; })} />}
      </Shown>
      {asked.value && <ReasonDialog title={`${text.now}: ${asked.value}`} action={text.now} act={act} onClose={() => { asked.value = ""; }}><p>{text.nowMeans}</p></ReasonDialog>}
    </Page>
  );
}

async function sources(stop: AbortSignal): Promise<readonly Connector[]> {
  const [connectors, adapters] = await Promise.all([
    ask<Paged<Connector>>("GET", "/v1/admin/connectors", { query: { limit: MOST }, stop }),
    ask<{ items: readonly Adapter[] }>("GET", "/v1/admin/adapters", { stop }),
  ]);
  const reading = new Set(adapters.items.filter((one) => one.kind === "source").map((one) => one.name));
  return connectors.items.filter((one) => reading.has(one.adapter));
}

function columns(read: (name: string) => void): readonly Column<Connector>[] {
  const text = words.value.schedules;
  const own = words.value.connectors;
  return [
    { key: "name", title: own.name, cell: (one) => <><Link href={href(at`/connectors/${one.id}`)} class="document">{one.id}</Link><div class="small soft">{one.adapter}</div></> },
    { key: "state", title: own.state, cell: (one) => <StateBadge state={one.state} /> },
    { key: "every", title: text.every, number: true, cell: (one) => duration(Number(one.limits["poll_seconds"]), language.value) },
    { key: "last", title: text.last, cell: (one) => <Time at={one.reported?.read_at} /> },
    { key: "next", title: text.next, cell: (one) => (one.reported?.next_read_at ? <Time at={one.reported.next_read_at} ago={false} /> : <span class="small soft">{text.unscheduled}</span>) },
    { key: "windows", title: text.windows, cell: (one) => one.windows.map(shown).join("; ") || "–" },
    { key: "act", title: text.act, cell: (one) => <Write does="POST /v1/admin/connectors/{name}/signals" disabled={one.wanted !== "running"} onClick={() => read(one.id)}>{text.now}</Write> },
  ];
}

function shown(window: Readonly<Record<string, unknown>>): string {
  const days = (window["weekdays"] as readonly number[]).map((day) => words.value.schedules.days[day]).join(" ");
  return `${days} ${String(window["start"]).slice(0, 5)}–${String(window["end"]).slice(0, 5)}`;
}
