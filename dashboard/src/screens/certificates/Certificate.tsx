import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { CertificateCheck, WholeCertificate } from "../../api/shapes";
import { href } from "../../app/router";
import { Badge, toneOf } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { KeyState } from "./KeyState";

const PAGE = 50;
type Fact = readonly [string, ComponentChildren];

/** One certificate: whose it is, what its authority said each time it was asked. */
export function CertificateScreen({ id }: { readonly id: string }) {
  const text = words.value.certificates;
  const found = useLoad(id, (stop) => ask<WholeCertificate>("GET", at`/ops/certificates/${id}`, { stop }));
  const state = found.state.value;
  return (
    <Page title={state.kind === "ready" ? state.value.system : text.one} lead={text.one}>
      <Shown from={found}>
        {(one) => (
          <>
            <CertificateCard one={one} />
            <Checks id={id} />
            <details class="card">
              <summary>{text.pem}</summary>
              <pre tabIndex={0} aria-label={text.pem}>{one.pem}</pre>
            </details>
          </>
        )}
      </Shown>
    </Page>
  );
}

function CertificateCard({ one }: { readonly one: WholeCertificate }) {
  const text = words.value.certificates;
  const facts: readonly Fact[] = [
    [text.subject, one.subject], [text.issuer, one.issuer], [text.authority, one.authority], [text.code, one.code],
    [text.since, <Time at={one.since} ago={false} />], [text.until, <Time at={one.until} />],
    [text.good, <Time at={one.good_at} />], [text.checked, <Time at={one.checked_at} />], [text.next, <Time at={one.next_check_at} />],
    [text.revokedAt, one.revoked_at && <><Time at={one.revoked_at} ago={false} /> {one.revocation_reason}</>],
    [text.serial, <span class="code small">{one.serial}</span>], [text.key, <span class="code small">{one.thumbprint}</span>], [text.fingerprint, <span class="code small">{one.id}</span>],
  ];
  return (
    <section class="card stack-s" aria-label={text.one}>
      <p class="row">
        <Badge tone={toneOf(one.status)} text={named(text.states, one.status)} />
        <span>{one.days_left >= 0 ? text.left(count(one.days_left)) : text.gone}</span>
        <span>{text.keyState}: <KeyState certificate={one} /></span>
      </p>
      <dl class="facts">{facts.filter(([, value]) => value).map(([name, value]) => <><dt key={name}>{name}</dt><dd>{value}</dd></>)}</dl>
      {!one.compromised_at && (
        <div class="row"><Write does="POST /ops/compromises" class="button button-risky" to={href("/compromises", { report: "yes", system: one.system, thumbprint: one.thumbprint })}>{text.report}</Write></div>
      )}
    </section>
  );
}

function Checks({ id }: { readonly id: string }) {
  const text = words.value.certificates;
  const before = useSignal<string | undefined>(undefined);
  const found = useLoad(before.value ?? "", (stop) => ask<{ readonly items: readonly CertificateCheck[] }>("GET", at`/ops/certificates/${id}/checks`, { query: { before: before.value, limit: PAGE }, stop }));
  return (
    <section class="stack-s" aria-label={text.checks}>
      <h2>{text.checks}</h2>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.noChecks}</p>}>
        {({ items }) => (
          <>
            <Table label={text.checks} columns={columns()} rows={items} id={(one) => one.at} />
            {(items.length === PAGE || before.value) && (
              <Pager page={{ next: items.length === PAGE ? (items.at(-1)?.at ?? null) : null, previous: before.value ? "first" : null }} go={(cursor) => { before.value = cursor.after; }} />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

function columns(): readonly Column<CertificateCheck>[] {
  const text = words.value.certificates;
  return [
    { key: "at", title: text.checked, cell: (one) => <Time at={one.at} /> },
    { key: "status", title: text.status, cell: (one) => <Badge tone={toneOf(one.status)} text={named(text.states, one.status)} /> },
    {
      key: "answers", title: text.answers,
      cell: (one) => (one.answers.length === 0 ? "–" : one.answers.map((answer, index) => <div key={answer}><a href={at`/ops/certificates/answers/${answer}`} download={`${answer.slice(0, 16)}.der`}>{text.answer(count(index + 1))}</a></div>)),
    },
  ];
}
