import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { CountedCompromise, Doubtful, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge, toneOf } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";

/** One report: where it stands, who must act, and which messages it puts in question. */
export function CompromiseScreen({ id }: { readonly id: string }) {
  const text = words.value.compromises;
  const found = useLoad(id, (stop) => ask<CountedCompromise>("GET", at`/ops/compromises/${id}`, { stop }));
  const state = found.state.value;
  return (
    <Page title={state.kind === "ready" ? state.value.system : text.one} lead={text.one} actions={<button type="button" class="button" onClick={found.again}>{words.value.notice.refresh}</button>}>
      <Shown from={found}>
        {(one) => (
          <>
            <Report one={one} />
            {one.state !== "dropped" && <Messages id={id} many={one.messages} />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Report({ one }: { readonly one: CountedCompromise }) {
  const text = words.value.compromises;
  return (
    <section class="card stack-s" aria-label={text.one}>
      <p class="row"><Badge tone={toneOf(one.state)} text={named(text.states, one.state)} /></p>
      <p>{text.next[one.state]}</p>
      <dl class="facts">
        <dt>{text.thumbprint}</dt><dd class="code small">{one.thumbprint}</dd>
        <dt>{text.since}</dt><dd><Time at={one.since} /></dd>
        <dt>{text.reason}</dt><dd>{one.reason}</dd>
        <dt>{text.reportedBy}</dt><dd>{one.reported_by} · <Time at={one.reported_at} /></dd>
        {one.decided_by && <><dt>{text.decidedBy}</dt><dd>{one.decided_by} · <Time at={one.decided_at} /></dd></>}
        <dt>{text.rules}</dt><dd>{count(one.rules_version)}</dd>
      </dl>
      {one.state === "reported" && mayDo("GET /ops/requests") && <div class="row"><Link href={href("/requests")} class="button">{text.toRequests}</Link></div>}
    </section>
  );
}

function Messages({ id, many }: { readonly id: string; readonly many: number }) {
  const text = words.value.compromises;
  const after = useSignal("");
  const found = useLoad(`${many} ${after.value}`, (stop) => ask<Paged<Doubtful>>("GET", at`/ops/compromises/${id}/messages`, { query: { after: after.value }, stop }));
  return (
    <section class="stack-s" aria-label={text.messages}>
      <h2>{text.messages} <span class="soft">({text.count(count(many))})</span></h2>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.noMessages}</p>}>
        {(page) => (
          <>
            {mayDo("POST /ops/messages/{source}/{id}/evidence") && <p class="soft">{text.evidence}</p>}
            <Table label={text.messages} columns={columns()} rows={page.items} id={(one) => `${one.source}/${one.id}`} />
            {(page.next || after.value) && <Pager page={{ next: page.next, previous: after.value ? "first" : null }} go={(cursor) => { after.value = cursor.after ?? ""; }} />}
          </>
        )}
      </Shown>
    </section>
  );
}

function columns(): readonly Column<Doubtful>[] {
  const text = words.value.compromises;
  return [
    { key: "message", title: text.message, cell: (one) => <><Link href={href(at`/messages/${one.source}/${one.id}`)} class="document long">{one.subject || one.id}</Link><div class="small soft">{one.source} / {one.id}</div></> },
    { key: "at", title: text.at, cell: (one) => <Time at={one.decided_at} /> },
    { key: "recipients", title: text.recipients, cell: (one) => one.recipients.map((recipient) => <div key={recipient} class="small">{recipient}</div>) },
    { key: "certain", title: text.certain, cell: (one) => <Badge tone={one.certain ? "bad" : "warn"} text={one.certain ? text.sure : text.unsure} /> },
  ];
}
