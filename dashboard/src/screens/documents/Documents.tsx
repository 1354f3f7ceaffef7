import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { HeldDocument, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { mayDo, type Call } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Dotted } from "../../design/Dotted";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { PolicyList } from "./Policies";

const REFRESH_MS = 3_000;
const CHANGES = new Set(["admitted", "verdict", "held", "resumed", "expired", "withdrawn"]);
const DOES = {
  release: "POST /v1/admin/documents/{source}/{id}:release",
  recheck: "POST /v1/admin/documents/{source}/{id}:recheck",
  drop: "POST /v1/admin/documents/{source}/{id}:drop",
} as const satisfies Readonly<Record<string, Call>>;
type Order = keyof typeof DOES;
interface Asked {
  readonly order: Order;
  readonly held: HeldDocument;
}

const POLICIES: Call = "GET /v1/admin/{collection}";

/** Messages that wait for the signatures in their documents; what each type demands of them. */
export function DocumentsScreen() {
  const text = words.value.documents;
  const policies = place.value.query["tab"] === "policies" && mayDo(POLICIES);
  return (
    <Page title={text.title} lead={text.lead}>
      {mayDo(POLICIES) && (
        <nav class="tabs" aria-label={text.title}>
          <Link href={href("/documents")} current={!policies}>{text.tabs.held}</Link>
          <Link href={href("/documents", { tab: "policies" })} current={policies}>{text.tabs.policies}</Link>
        </nav>
      )}
      {policies ? <PolicyList /> : <HeldList />}
    </Page>
  );
}

/** What waits, and a person's word about it. */
function HeldList() {
  const text = words.value.documents;
  const after = place.value.query["after"];
  const found = useLoad(after ?? "", (stop) => ask<Paged<HeldDocument>>("GET", "/v1/admin/documents", { query: { after }, stop }));
  const asked = useSignal<Asked | null>(null);
  // A list that moves under an open question makes people decide about the wrong one.
  const still = asked.value !== null;
  useEffect(() => (still ? undefined : refreshOnChange(found.again, REFRESH_MS, (change) => CHANGES.has(change.event))), [still]);
  const act = async (reason: string) => {
    if (!asked.value) return;
    const { order, held } = asked.value;
    await ask("POST", `${at`/v1/admin/documents/${held.source}/${held.id}`}:${order}`, { body: { reason } });
    say(text.done);
    found.again();
  };
  return (
    <>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns((order, held) => { asked.value = { order, held }; })} rows={page.items} id={(one) => `${one.source}/${one.id}`} />
            {(page.next || after) && <Pager page={{ next: page.next, previous: after ? "first" : null }} go={(cursor) => filter({ after: cursor.after })} />}
          </>
        )}
      </Shown>
      {asked.value && (
        <ReasonDialog title={text[asked.value.order]} action={text[asked.value.order]} risky={asked.value.order === "drop"} act={act} onClose={() => { asked.value = null; }}>
          <p class="long"><strong>{asked.value.held.subject || asked.value.held.id}</strong></p>
          <p>{text.means[asked.value.order]}</p>
        </ReasonDialog>
      )}
    </>
  );
}

function columns(choose: (order: Order, held: HeldDocument) => void): readonly Column<HeldDocument>[] {
  const text = words.value.documents;
  const orders = (one: HeldDocument): readonly Order[] => (one.review ? ["release", "recheck", "drop"] : ["release", "drop"]);
  const act: Column<HeldDocument> = {
    key: "act", title: text.act,
    cell: (one) => <div class="row">{orders(one).map((order) => <Write key={order} does={DOES[order]} class={order === "drop" ? "button button-risky" : "button"} onClick={() => choose(order, one)}>{text[order]}</Write>)}</div>,
  };
  return [
    { key: "message", title: text.message, cell: (one) => <><Link href={href(at`/messages/${one.source}/${one.id}`)} class="document long">{one.subject || one.id}</Link><div class="small soft">{one.source} / {one.id}</div></> },
    { key: "type", title: text.type, cell: (one) => <Dotted name={one.type} /> },
    { key: "why", title: text.why, cell: (one) => <Why held={one} /> },
    { key: "since", title: text.since, cell: (one) => <Time at={one.since} /> },
    { key: "until", title: text.until, cell: (one) => <Time at={one.until} /> },
    ...(mayDo(DOES.release) ? [act] : []),
  ];
}

function Why({ held }: { readonly held: HeldDocument }) {
  const text = words.value.documents;
  if (held.hashes.length === 0) return <Badge tone="none" text={text.behind} />;
  return <><Badge tone={held.review ? "warn" : "info"} text={held.review ? text.review : text.checking} /><div class="small soft">{text.many(count(held.hashes.length))}</div></>;
}
