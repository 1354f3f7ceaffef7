import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Paged, SecondPersonRequest, Share } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Dotted } from "../../design/Dotted";
import { ChoiceField, TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { Owners } from "./Owners";
import { changesOf } from "./requested";

const ASKED = new Set(["put_right", "put_subscription"]);
const TONES = { active: "good", paused: "warn", ended: "none" } as const;

/** Who may send what, and who gets it; and who says so for each type. */
export function SharesScreen() {
  const text = words.value.shares;
  const owners = place.value.query["tab"] === "owners";
  return (
    <Page title={text.title} lead={text.lead} actions={<Write does="POST /v1/admin/proposals" class="button button-main" to={href("/share-new")}>{text.ask}</Write>}>
      {mayDo("GET /v1/admin/{collection}") && (
        <nav class="tabs" aria-label={text.title}>
          <Link href={href("/shares")} current={!owners}>{words.value.owners.list}</Link>
          <Link href={href("/shares", { tab: "owners" })} current={owners}>{words.value.owners.tab}</Link>
        </nav>
      )}
      {owners ? <Owners /> : <List />}
    </Page>
  );
}

/** Rights and subscriptions, with the filters in the address. */
function List() {
  const text = words.value.shares;
  const query = place.value.query;
  const wanted = Object.fromEntries((["who", "type", "kind", "state", "after"] as const).map((name) => [name, query[name]]));
  const found = useLoad(JSON.stringify(wanted), (stop) => ask<Paged<Share>>("GET", "/ops/shares", { query: wanted, stop }));
  const narrow = (name: string) => (value: string) => filter({ [name]: value.trim(), after: undefined });
  const any = ["", text.any] as const;
  return (
    <>
      <div class="card filters-row">
        <TextField label={text.find} name="who" value={query["who"] ?? ""} onInput={narrow("who")} />
        <TextField label={text.type} name="type" value={query["type"] ?? ""} onInput={narrow("type")} />
        <ChoiceField label={text.kind} name="kind" value={query["kind"] ?? ""} onInput={narrow("kind")} options={[any, ...Object.entries(text.kinds)]} />
        <ChoiceField label={text.state} name="state" value={query["state"] ?? ""} onInput={narrow("state")} options={[any, ...Object.entries(text.states)]} />
      </div>
      {mayDo("GET /ops/requests") && <Waiting />}
      <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(one) => `${one.kind}/${one.id}`} />
            <Pager page={page} go={(cursor) => filter({ after: cursor.after })} />
          </>
        )}
      </Shown>
    </>
  );
}

/** What is asked for and is no rule yet. */
function Waiting() {
  const text = words.value.shares;
  const found = useLoad("waiting", (stop) => ask<Paged<SecondPersonRequest>>("GET", "/ops/requests", { query: { kind: "rules" }, stop }));
  const state = found.state.value;
  if (state.kind !== "ready") return null;
  const asked = state.value.items.flatMap((one) => changesOf(one).filter((change) => ASKED.has(String(change["change"]))).map((change) => ({ one, change })));
  if (asked.length === 0) return null;
  return (
    <section class="card stack-s" aria-label={text.waiting}>
      <h2>{text.waiting}</h2>
      <ul class="plain-list">
        {asked.map(({ one, change }) => (
          <li key={`${one.id} ${String(change["id"])}`} class="row spread">
            <span class="long">{named(text.kinds, String(change["change"]).slice("put_".length))} <strong>{String(change["id"])}</strong> · {String(change["system"])}</span>
            <span class="small soft">{one.asked_by} · <Time at={one.asked_at} /></span>
          </li>
        ))}
      </ul>
      <p><Link href={href("/requests")}>{text.toRequests}</Link></p>
    </section>
  );
}

export function ShareState({ state }: { readonly state: Share["state"] }) {
  return <Badge tone={TONES[state]} text={named(words.value.shares.states, state)} />;
}

function columns(): readonly Column<Share>[] {
  const text = words.value.shares;
  return [
    { key: "id", title: text.name, cell: (one) => <><Link href={href(at`/shares/${one.kind}/${one.id}`)} class="document long">{one.id}</Link><div class="small soft">{named(text.kinds, one.kind)}</div></> },
    { key: "system", title: text.system, cell: (one) => <>{one.system}<div class="small soft">{one.organisation}</div></> },
    { key: "types", title: text.types, cell: (one) => one.types.map((type) => <div key={type} class="small"><Dotted name={type} /></div>) },
    { key: "other", title: `${text.recipients} / ${text.sources}`, cell: (one) => (one.kind === "right" ? one.recipients : one.sources.length ? one.sources : [text.anybody]).map((urn) => <div key={urn} class="small long">{urn}</div>) },
    { key: "state", title: text.state, cell: (one) => <ShareState state={one.state} /> },
  ];
}
