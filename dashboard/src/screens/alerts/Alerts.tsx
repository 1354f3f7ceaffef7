import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import type { Row, Rows } from "../../api/cells";
import { useLoad } from "../../api/load";
import { Link } from "../../app/Link";
import { href, place } from "../../app/router";
import { may } from "../../app/session";
import { Figures } from "../../design/Figures";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { words } from "../../words";
import { SilenceDialog } from "./Silence";

const TABS = {
  "": ["rule", "subject", "organisation", "phase", "value", "since", "taken_by"],
  rules: ["name", "metric", "above", "threshold", "for_seconds", "severity", "organisation", "subject", "an_hour"],
  silences: ["rule", "organisation", "since", "until", "reason", "made_by"],
  notices: ["rule", "organisation", "told", "severity", "at", "subjects", "count"],
  tellings: ["notice", "channel", "attempts", "told_at", "problem"],
} as const;
type Tab = keyof typeof TABS;
const ALL = Object.keys(TABS) as Tab[];
const REFRESH_MS = 15_000;

/** What fires now, who has taken it; rules, silences, and what people were told. */
export function AlertsScreen() {
  const text = words.value.alerts;
  const tab = ALL.find((one) => one === place.value.query["tab"]) ?? "";
  return (
    <Page title={text.title} lead={text.lead}>
      <nav class="tabs" aria-label={text.title}>
        {ALL.map((one) => <Link key={one} href={href("/alerts", { tab: one })} current={one === tab}>{text.tabs[one]}</Link>)}
      </nav>
      <AlertTable key={tab} tab={tab} />
    </Page>
  );
}

function AlertTable({ tab }: { readonly tab: Tab }) {
  const text = words.value.alerts;
  const found = useLoad(tab, (stop) => ask<Rows>("GET", tab === "" ? "/ops/alerts" : `/ops/alerts/${tab}`, { stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  const taken = useSignal<Row | null>(null);
  const silenced = useSignal<Row | null>(null);
  const take = async (reason: string) => {
    const { rule, subject } = taken.value ?? {};
    await ask("POST", "/ops/alerts:take", { body: { rule, subject, reason } });
    say(text.done);
    found.again();
  };
  const orders = (row: Row) => (
    <div class="row">
      <button type="button" class="button" onClick={() => { taken.value = row; }}>{text.take}</button>
      <button type="button" class="button" onClick={() => { silenced.value = row; }}>{text.silence}</button>
    </div>
  );
  const more = tab === "" && may("alerts.manage") ? [{ key: "act", title: text.act, cell: orders }] : [];
  return (
    <>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {({ items }) => <Figures label={text.tabs[tab]} columns={TABS[tab]} rows={items} more={more} />}
      </Shown>
      {taken.value && <ReasonDialog title={text.take} action={text.take} act={take} onClose={() => { taken.value = null; }} />}
      {silenced.value && <SilenceDialog alert={silenced.value} onClose={() => { silenced.value = null; }} />}
    </>
  );
}
