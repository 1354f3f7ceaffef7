import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Lag, LagGroup } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table } from "../../design/Table";
import { count, duration, Time } from "../../design/Time";
import { ConsumersCard } from "./Consumers";
import { language, words } from "../../words";

const REFRESH_MS = 5_000;

/** How far behind each consumer is, in messages and in seconds; and whether it stands still. */
export function LagScreen() {
  const text = words.value.lag;
  const found = useLoad("lag", (stop) => ask<Lag>("GET", "/ops/lag", { stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={(lag) => lag.groups.length === 0}>
        {(lag) => <><p class="small soft">{text.asOf} <Time at={lag.at} /></p>{lag.groups.map((group) => <Group key={group.group} group={group} />)}</>}
      </Shown>
      <ConsumersCard />
    </Page>
  );
}

function Group({ group }: { readonly group: LagGroup }) {
  const text = words.value.lag;
  const number = (value: number | null) => (value === null ? "–" : count(value));
  const time = (value: number | null) => (value === null ? "–" : duration(value, language.value));
  const state = group.messages === null ? <Badge tone="warn" text={text.unknown} /> : group.stuck ? <Badge tone="bad" text={text.stuck} /> : <Badge tone="good" text={text.moves} />;
  return (
    <section class="card stack-s" aria-label={group.group}>
      <div class="row spread"><h2 class="long">{group.group}</h2>{state}</div>
      <p>{text.behind(number(group.messages), time(group.seconds))}</p>
      {group.partitions.length > 0 && (
        <Table label={group.group} rows={group.partitions} id={(one) => `${one.topic}/${one.partition}`} columns={[
          { key: "partition", title: text.partition, cell: (one) => <code>{one.topic}/{one.partition}</code> },
          { key: "committed", title: text.committed, number: true, cell: (one) => count(one.committed) },
          { key: "end", title: text.end, number: true, cell: (one) => count(one.end) },
          { key: "messages", title: text.messages, number: true, cell: (one) => count(one.messages) },
          { key: "seconds", title: text.seconds, number: true, cell: (one) => time(one.seconds) },
        ]} />
      )}
    </section>
  );
}
