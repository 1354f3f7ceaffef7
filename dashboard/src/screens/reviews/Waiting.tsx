import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { Paged, Review } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { Dotted } from "../../design/Dotted";
import { Shown } from "../../design/Notice";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { now, Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { Choose } from "./Choose";
import { Candidate } from "./Candidate";

const REFRESH_MS = 3_000;
const CHANGES = new Set(["admitted", "held", "resumed", "expired", "withdrawn"]);
/** What ends by itself within a day is nobody's any more soon. */
const SOON_MS = 86_400_000;

/** What waits for a person to choose the recipient. */
export function WaitingList() {
  const text = words.value.reviews;
  const after = place.value.query["after"];
  const found = useLoad(after ?? "", (stop) => ask<Paged<Review>>("GET", "/v1/admin/reviews", { query: { after }, stop }));
  const asked = useSignal<Review | null>(null);
  // A list that moves under an open question makes people decide about the wrong one.
  const still = asked.value !== null;
  useEffect(() => (still ? undefined : refreshOnChange(found.again, REFRESH_MS, (change) => CHANGES.has(change.event))), [still]);
  return (
    <>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns((review) => { asked.value = review; })} rows={page.items} id={(one) => `${one.source}/${one.id}`} />
            {(page.next || after) && <Pager page={{ next: page.next, previous: after ? "first" : null }} go={(cursor) => filter({ after: cursor.after })} />}
          </>
        )}
      </Shown>
      {asked.value && <Choose review={asked.value} done={found.again} onClose={() => { asked.value = null; }} />}
    </>
  );
}

function columns(choose: (review: Review) => void): readonly Column<Review>[] {
  const text = words.value.reviews;
  return [
    { key: "message", title: text.message, cell: (one) => <><Link href={href(at`/messages/${one.source}/${one.id}`)} class="document long">{one.subject || one.id}</Link><div class="small soft">{one.source} / {one.id}</div></> },
    { key: "type", title: text.type, cell: (one) => <Dotted name={one.type} /> },
    { key: "candidates", title: text.candidates, cell: (one) => one.addresses.map((open) => <div key={open.address}><code class="small">{open.address}</code>{open.candidates.map((who) => <Candidate key={who.system} one={who} />)}</div>) },
    { key: "since", title: text.since, cell: (one) => <Time at={one.since} /> },
    { key: "until", title: text.until, cell: (one) => <><Time at={one.until} />{Date.parse(one.until) - now.value < SOON_MS && <div><Badge tone="bad" text={text.soon} /></div>}</> },
    { key: "act", title: words.value.edit.act, cell: (one) => <Write does="POST /v1/admin/reviews/{source}/{id}:choose" class="button button-main" onClick={() => choose(one)}>{text.choose}</Write> },
  ];
}
