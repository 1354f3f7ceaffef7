import type { ComponentChildren } from "preact";
import { Link } from "../../app/Link";
import { href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { Notice } from "../../design/Notice";
import { Page } from "../../design/Page";
import { words } from "../../words";
import { ChannelList } from "./Channels";
import { Firing, Told } from "./Firing";
import { RuleList } from "./Rules";
import { SilenceList } from "./Silences";

const TABS = {
  "": () => <Firing />,
  rules: () => <RuleList />,
  silences: () => <SilenceList />,
  channels: () => <ChannelList />,
  notices: () => <Told what="notices" columns={["rule", "organisation", "told", "severity", "at", "subjects", "count"]} />,
  tellings: () => <Told what="tellings" columns={["notice", "channel", "attempts", "told_at", "problem"]} />,
} as const satisfies Readonly<Record<string, () => ComponentChildren>>;
type Tab = keyof typeof TABS;
const ALL = Object.keys(TABS) as Tab[];

/** What fires now and who has taken it; what people set about it, and what they were told. */
export function AlertsScreen() {
  const text = words.value.alerts;
  // Channels hold addresses of people: only who manages them reads them.
  const tabs = ALL.filter((one) => one !== "channels" || mayDo("GET /ops/alerts/channels"));
  const tab = ALL.find((one) => one === place.value.query["tab"]) ?? "";
  return (
    <Page title={text.title} lead={text.lead}>
      <nav class="tabs" aria-label={text.title}>
        {tabs.map((one) => <Link key={one} href={href("/alerts", { tab: one })} current={one === tab}>{text.tabs[one]}</Link>)}
      </nav>
      <div key={tab}>{tabs.includes(tab) ? TABS[tab]() : <Notice kind="forbidden" title={words.value.problems["forbidden"] ?? ""} />}</div>
    </Page>
  );
}
