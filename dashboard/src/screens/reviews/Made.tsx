import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { ChoiceMade } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Badge, StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { Time } from "../../design/Time";
import { named, words } from "../../words";
import { nameOf } from "./Candidate";

const REFRESH_MS = 3_000;
interface MadePage {
  readonly items: readonly ChoiceMade[];
  readonly next: number | null;
}

/** What was chosen, by whom and why, and where each recipient stands now. */
export function MadeList() {
  const text = words.value.reviews;
  const before = place.value.query["before"];
  const found = useLoad(before ?? "", (stop) => ask<MadePage>("GET", "/v1/admin/reviews/choices", { query: { before }, stop }));
  useEffect(() => refreshOnChange(found.again, REFRESH_MS, () => true), []);
  return (
    <>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.noneMade}</p>}>
        {({ items, next }) => (
          <>
            <Table label={text.tabs.made} columns={columns()} rows={items} id={(one) => String(one.entry)} />
            {(next !== null || before) && <Pager page={{ next: next === null ? null : String(next), previous: before ? "first" : null }} go={(cursor) => filter({ before: cursor.after })} />}
          </>
        )}
      </Shown>
      <p class="small soft">{text.endedLead} <Link href={href("/messages", { reason: "choice_ended", range: "30d" })}>{text.ended}</Link></p>
    </>
  );
}

function columns(): readonly Column<ChoiceMade>[] {
  const text = words.value.reviews;
  return [
    { key: "message", title: text.message, cell: (one) => <><Link href={href(at`/messages/${one.source}/${one.id}`)} class="document long">{one.subject || one.id}</Link><div class="small soft">{one.source} / {one.id}</div></> },
    { key: "by", title: text.by, cell: (one) => <>{one.by}<div class="small"><Time at={one.at} /></div></> },
    { key: "reason", title: text.reason, cell: (one) => <span class="long">{one.reason}</span> },
    { key: "recipients", title: text.became, cell: (one) => <Recipients one={one} /> },
  ];
}

function Recipients({ one }: { readonly one: ChoiceMade }) {
  const text = words.value.reviews;
  const nobody = Object.values(one.chosen).every((systems) => systems.length === 0);
  return (
    <>
      {one.waits && <Badge tone="warn" text={text.waits} />}
      {nobody && <Badge tone="bad" text={text.toNobody} />}
      {one.recipients.map((who) => (
        <div key={who.system} class={who.chosen ? "row" : "row small soft"} data-system={who.system}>
          <span class="long">{nameOf(who)}</span>
          {who.reason === "not_chosen" ? <Badge tone="none" text={named(words.value.reasons, who.reason)} /> : <StateBadge state={who.state} />}
        </div>
      ))}
    </>
  );
}
