import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Consumer, Consumers } from "../../api/shapes";
import { Shown } from "../../design/Notice";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { MoveDialog } from "./MoveDialog";

const REFRESH_MS = 10_000;
const MOVE = "POST /ops/consumers/{name}:move";

/** Kafka's own groups: who reads in them, who came and went, and moving one that is empty. */
export function ConsumersCard() {
  const text = words.value.consumers;
  const found = useLoad("consumers", (stop) => ask<Consumers>("GET", "/ops/consumers", { stop }));
  const moved = useSignal("");
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <section class="stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(groups) => (
          <>
            <Table label={text.title} rows={groups.items} id={(one) => one.name} columns={columns((name) => { moved.value = name; })} />
            <Log groups={groups} />
          </>
        )}
      </Shown>
      {moved.value && <MoveDialog name={moved.value} onClose={() => { moved.value = ""; }} />}
    </section>
  );
}

function columns(move: (name: string) => void): readonly Column<Consumer>[] {
  const text = words.value.consumers;
  return [
    { key: "name", title: text.name, cell: (one) => <code class="long">{one.name}</code> },
    { key: "state", title: text.state, cell: (one) => one.state },
    { key: "members", title: text.members, cell: (one) => one.members.map((member) => `${member.client} (${member.host})`).join(", ") || text.nobody },
    { key: "left", title: text.left, number: true, cell: (one) => count(one.committed.reduce((sum, place) => sum + Math.max(0, place.end - place.offset), 0)) },
    {
      key: "act", title: text.act, cell: (one) => (one.barrier
        ? <span class="small soft">{named(text.barriers, one.barrier)}</span>
        : <Write does={MOVE} onClick={() => move(one.name)}>{text.move}</Write>),
    },
  ];
}

function Log({ groups }: { readonly groups: Consumers }) {
  const text = words.value.consumers;
  const named = (members: Consumers["changes"][number]["joined"]) => members.map((one) => `${one.client} (${one.host})`).join(", ");
  return (
    <details>
      <summary>{text.log}</summary>
      <p class="small soft">{text.since} <Time at={groups.since} ago={false} /></p>
      {groups.changes.length === 0 && <p>{text.unchanged}</p>}
      <ol class="plain-list">
        {groups.changes.map((one, index) => (
          <li key={index} class="small"><Time at={one.at} ago={false} /> <code>{one.group}</code> {one.state}
            {one.joined.length > 0 && ` · ${text.joined}: ${named(one.joined)}`}{one.left.length > 0 && ` · ${text.leaves}: ${named(one.left)}`}</li>
        ))}
      </ol>
    </details>
  );
}
