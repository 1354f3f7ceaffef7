import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Topic, Topics } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { Notice, Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table, type Column } from "../../design/Table";
import { bytes, count, duration } from "../../design/Time";
import { language, words } from "../../words";

/** The hub's topics as the brokers have them: how safe, how long, how much, and who uses them. */
export function TopicsScreen() {
  const text = words.value.topics;
  const found = useLoad("topics", (stop) => ask<Topics>("GET", "/ops/topics", { stop }));
  return (
    <Page title={text.title} lead={text.lead} actions={<button type="button" class="button" onClick={found.again}>{words.value.notice.refresh}</button>}>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(topics) => (
          <>
            {topics.items.some((one) => one.under_replicated > 0 || one.offline > 0) && <Notice kind="failed" title={text.trouble} />}
            {!topics.groups_known && <p class="soft">{text.groupsUnknown}</p>}
            <Table label={text.title} columns={columns()} rows={topics.items} id={(one) => one.name} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function columns(): readonly Column<Topic>[] {
  const text = words.value.topics;
  return [
    { key: "name", title: text.name, cell: (one) => <Details topic={one} /> },
    { key: "state", title: text.state, cell: state },
    { key: "partitions", title: text.partitions, number: true, cell: (one) => count(one.partitions.length) },
    { key: "replicas", title: text.replicas, number: true, cell: (one) => count(one.replicas) },
    { key: "kept", title: text.kept, cell: kept },
    { key: "records", title: text.records, number: true, cell: (one) => count(one.partitions.reduce((sum, part) => sum + part.end - part.first, 0)) },
    { key: "size", title: text.size, number: true, cell: (one) => (one.partitions.some((part) => part.size === null) ? "–" : bytes(one.partitions.reduce((sum, part) => sum + (part.size ?? 0), 0), language.value)) },
    { key: "writers", title: text.writers, cell: (one) => one.writers.join(", ") || "–" },
    { key: "readers", title: text.readers, cell: (one) => one.readers.join(", ") || "–" },
  ];
}

function state(one: Topic) {
  const text = words.value.topics;
  if (one.offline > 0) return <Badge tone="bad" text={text.offline(count(one.offline))} />;
  return one.under_replicated > 0 ? <Badge tone="bad" text={text.under(count(one.under_replicated))} /> : <Badge tone="good" text={text.safe} />;
}

function kept({ settings }: Topic): string {
  const text = words.value.topics;
  const ms = Number(settings["retention.ms"] ?? "-1");
  const time = ms < 0 ? text.forever : duration(ms / 1000, language.value);
  return (settings["cleanup.policy"] ?? "").includes("compact") ? `${text.compacted} · ${time}` : time;
}

function Details({ topic }: { readonly topic: Topic }) {
  const text = words.value.topics;
  return (
    <details>
      <summary><code>{topic.name}</code></summary>
      <Table label={topic.name} rows={topic.partitions} id={(part) => String(part.partition)} columns={[
        { key: "partition", title: text.partition, number: true, cell: (part) => count(part.partition) },
        { key: "first", title: text.first, number: true, cell: (part) => count(part.first) },
        { key: "end", title: text.end, number: true, cell: (part) => count(part.end) },
        { key: "size", title: text.size, number: true, cell: (part) => (part.size === null ? "–" : bytes(part.size, language.value)) },
      ]} />
      <pre tabIndex={0} aria-label={`${text.settings}: ${topic.name}`}>{JSON.stringify(topic.settings, null, 2)}</pre>
    </details>
  );
}
