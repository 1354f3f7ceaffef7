import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { LogAnchor, LogShard, LogStanding } from "../../api/shapes";
import { filter, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { words } from "../../words";
import { Standing } from "./Standing";

const REFRESH_MS = 5_000;

/** Invariant 10 on the screen: how long the log is, who proves its time, who witnesses it. */
export function TransparencyScreen() {
  const text = words.value.transparency;
  const before = place.value.query["before"];
  const found = useLoad(before ?? "", (stop) => ask<LogStanding>("GET", "/ops/log", { query: { before }, stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found}>
        {(log) => (
          <>
            <Standing log={log} />
            <section class="stack-s" aria-label={text.shards}>
              <h2>{text.shards}</h2>
              <Table label={text.shards} columns={ofShards()} rows={log.shards} id={(one) => String(one.shard)} />
            </section>
            <section class="stack-s" aria-label={text.anchors}>
              <h2>{text.anchors}</h2>
              {log.anchors.length === 0 ? <p class="soft">{text.noAnchors}</p> : <Table label={text.anchors} columns={ofAnchors()} rows={log.anchors} id={(one) => String(one.number)} />}
              {(log.next !== null || before) && (
                <Pager page={{ next: log.next === null ? null : String(log.next), previous: before ? "first" : null }} go={(cursor) => filter({ before: cursor.after })} />
              )}
            </section>
          </>
        )}
      </Shown>
    </Page>
  );
}

function ofShards(): readonly Column<LogShard>[] {
  const text = words.value.transparency;
  return [
    { key: "shard", title: text.shard, cell: (one) => <>{one.shard} {one.damaged && <Badge tone="bad" text={text.broken} />}</> },
    { key: "size", title: text.size, number: true, cell: (one) => (one.damaged ? "–" : count(one.size)) },
    { key: "fresh", title: text.fresh, number: true, cell: (one) => (one.damaged ? "–" : count(one.size - one.anchored)) },
    { key: "root", title: text.root, cell: (one) => <span class="code small">{one.root ?? "–"}</span> },
    {
      key: "checkpoint", title: text.checkpoint,
      cell: (one) => (one.root === null ? "–" : <a href={at`/ops/log/${String(one.shard)}/${"checkpoint"}`} target="_blank" rel="noopener" aria-label={`${text.open} ${text.checkpoint} ${one.shard}`}>{text.open}</a>),
    },
  ];
}

function ofAnchors(): readonly Column<LogAnchor>[] {
  const text = words.value.transparency;
  return [
    { key: "number", title: text.number, number: true, cell: (one) => count(one.number) },
    { key: "at", title: text.at, cell: (one) => <Time at={one.at} /> },
    { key: "leaves", title: text.size, number: true, cell: (one) => count(one.leaves) },
    { key: "cosigned", title: text.cosigned, cell: (one) => text.of(count(one.cosigned), count(one.shards)) },
    { key: "stamped", title: text.stamped, cell: (one) => (one.stamped_at ? <Time at={one.stamped_at} ago={false} /> : text.notStamped) },
  ];
}
