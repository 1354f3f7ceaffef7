import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Deed, WholeShare } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { bytes, count, Time } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { language, named, words } from "../../words";
import { lineOf } from "./conditions";
import { EffectCard } from "./Effect";
import { ShareState } from "./Shares";

type Order = WholeShare["orders"][number];

/** One right or subscription: what it says, what was done to it, and what may be done with it. */
export function ShareScreen({ kind, id }: { readonly kind: string; readonly id: string }) {
  const text = words.value.shares;
  const found = useLoad(`${kind}/${id}`, (stop) => ask<WholeShare>("GET", at`/ops/shares/${kind}/${id}`, { stop }));
  return (
    <Page title={id} lead={named(text.kinds, kind)}>
      <Shown from={found}>{(share) => <><Facts share={share} /><Orders share={share} done={found.again} /><History deeds={share.history} /></>}</Shown>
    </Page>
  );
}

function Facts({ share }: { readonly share: WholeShare }) {
  const text = words.value.shares;
  const several = (values: readonly string[], none: string) => (values.length ? values.map((one) => <div key={one} class="long">{one}</div>) : none);
  const to = share.kind === "right" ? { source: share.system, type: share.types[0] } : { recipient: share.system, type: share.types[0] };
  return (
    <section class="card stack-s" aria-label={text.one}>
      <dl class="facts">
        <dt>{text.state}</dt><dd><ShareState state={share.state} /></dd>
        <dt>{text.system}</dt><dd>{share.system}</dd>
        <dt>{text.organisation}</dt><dd>{share.organisation ?? "–"}</dd>
        {share.types.map((type) => <Fact key={type} name={text.owner}><span class="long">{type}</span><div class="small soft">{share.owners[type] ?? text.nobody}</div></Fact>)}
        {share.quota && <Fact name={text.quota}>{text.quotaOf(count(share.quota.messages_per_minute), bytes(share.quota.bytes_per_minute, language.value), count(share.quota.urgent_per_minute))}</Fact>}
        {share.kind === "right" ? <Fact name={text.recipients}>{several(share.recipients, "–")}</Fact> : <Wish share={share} several={several} />}
      </dl>
      <p><Link href={href("/messages", to)}>{text.flow}</Link></p>
    </section>
  );
}

function Wish({ share, several }: { readonly share: WholeShare; readonly several: (values: readonly string[], none: string) => ComponentChildren }) {
  const text = words.value.shares;
  const { backlog } = share;
  return (
    <>
      <Fact name={text.sources}>{several(share.sources, text.anybody)}</Fact>
      <Fact name={text.areas}>{several(share.areas, text.anywhere)}</Fact>
      <Fact name={text.versions}>{several(share.versions, text.allVersions)}</Fact>
      <Fact name={text.conditions}>{several(share.conditions.map(lineOf), "–")}</Fact>
      <Fact name={text.copies}>{named(words.value.values["flag"] ?? {}, String(share.copies))}</Fact>
      <Fact name={text.start}>
        {share.since ? <Time at={share.since} /> : text.fromNow}
        {backlog && <div class="small soft">{text.past(count(backlog.given))} · {backlog.done_at ? text.pastDone : text.pastGoes}</div>}
      </Fact>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return <><dt>{name}</dt><dd>{children}</dd></>;
}

function Orders({ share, done }: { readonly share: WholeShare; readonly done: () => void }) {
  const text = words.value.shares;
  const chosen = useSignal<Order | null>(null);
  const does = share.kind === "right" ? "POST /v1/admin/rights/{id}:{order}" : "POST /v1/admin/subscriptions/{id}:{order}";
  const path = share.kind === "right" ? at`/v1/admin/rights/${share.id}` : at`/v1/admin/subscriptions/${share.id}`;
  const act = async (reason: string) => {
    await ask("POST", `${path}:${chosen.value ?? ""}`, { body: { reason } });
    say(text.done);
    done();
  };
  if (share.orders.length === 0) return null;
  return (
    <div class="row">
      {share.orders.map((order) => <Write key={order} does={does} class={order === "end" ? "button button-risky" : "button"} onClick={() => { chosen.value = order; }}>{named(text.orders, order)}</Write>)}
      {chosen.value && (
        <ReasonDialog title={`${named(text.orders, chosen.value)}: ${share.id}`} action={named(text.orders, chosen.value)} risky={chosen.value === "end"} act={act} onClose={() => { chosen.value = null; }}>
          <p>{named(text.means, chosen.value)}</p>
          <EffectCard changes={() => [{ change: `${chosen.value ?? ""}_${share.kind}`, id: share.id }]} />
        </ReasonDialog>
      )}
    </div>
  );
}

function History({ deeds }: { readonly deeds: readonly Deed[] }) {
  const text = words.value.shares;
  const columns: readonly Column<Deed>[] = [
    { key: "at", title: text.at, cell: (one) => <Time at={one.at} /> },
    { key: "what", title: text.what, cell: (one) => <>{named(text.deeds, one.what)}{one.version !== null && <div class="small soft">{text.made(String(one.version))}</div>}</> },
    { key: "who", title: text.who, cell: (one) => one.actor },
    { key: "why", title: text.why, cell: (one) => <span class="long">{one.reason}</span> },
  ];
  return (
    <section class="stack-s" aria-label={text.steps}>
      <h2>{text.steps}</h2>
      <Table label={text.steps} columns={columns} rows={deeds} id={(one) => `${one.at} ${one.what}`} />
    </section>
  );
}
