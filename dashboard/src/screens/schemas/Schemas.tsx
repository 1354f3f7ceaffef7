import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Entity, Subject } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { ChoiceField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table } from "../../design/Table";
import { count } from "../../design/Time";
import { language, words } from "../../words";
import { Checker } from "./Checker";
import { Difference } from "../../design/Difference";
import "./schemas.css";

/** Published schemas: who uses each, what changed from one version to another, does a sample fit. */
export function SchemasScreen() {
  const text = words.value.schemas;
  const found = useLoad("subjects", (stop) => ask<{ items: readonly Subject[] }>("GET", "/ops/schemas", { stop }));
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>{({ items }) => <Subjects subjects={items} />}</Shown>
    </Page>
  );
}

function Subjects({ subjects }: { readonly subjects: readonly Subject[] }) {
  const text = words.value.schemas;
  const wanted = place.value.query["schema"] ?? "";
  const shown = subjects.find((one) => versionsOf(one).includes(wanted));
  return (
    <>
      <Table label={text.title} rows={subjects} id={(one) => `${one.name}:${one.major}`} columns={[
        { key: "subject", title: text.subject, cell: (one) => <><Link href={href("/schemas", { schema: versionsOf(one)[0] })} class="document">{one.name}:{one.major}</Link><div class="small soft">{one[language.value]}</div></> },
        { key: "versions", title: text.versions, cell: (one) => <span class="row">{versionsOf(one).map((name) => <Link key={name} href={href("/schemas", { schema: name })} current={name === wanted}>{name.slice(name.lastIndexOf(":") + 1)}</Link>)}</span> },
        { key: "type", title: text.type, cell: (one) => (one.type ? <Link href={href("/routes", { type: one.type })}>{one.type}</Link> : "–") },
        { key: "senders", title: text.senders, number: true, cell: (one) => count(one.senders) },
        { key: "takers", title: text.takers, number: true, cell: (one) => count(one.takers) },
      ]} />
      {shown && <Version key={wanted} name={wanted} versions={versionsOf(shown)} />}
    </>
  );
}

/** Return a subject's versions as the hub names them, the newest first. */
function versionsOf(subject: Subject): readonly string[] {
  return subject.minors.map((minor) => `${subject.name}:${subject.major}.${minor}`);
}

/** One version: its text, or what it has that another has not; and a sample to try. */
function Version({ name, versions }: { readonly name: string; readonly versions: readonly string[] }) {
  const text = words.value.schemas;
  const before = useSignal("");
  const others = versions.filter((one) => one !== name);
  return (
    <div class="columns">
      <section class="card stack-s" aria-label={name}>
        <h2 class="long">{name}</h2>
        <ChoiceField label={text.compare} name="compare" value={before.value} onInput={(value) => { before.value = value; }}
          options={[["", others.length === 0 ? text.onlyOne : "–"], ...others.map((one) => [one, one] as const)]} />
        <Document key={`${name} ${before.value}`} shown={name} before={before.value} />
        <button type="button" class="button" onClick={() => filter({ schema: "" })}>{words.value.help.close}</button>
      </section>
      <Checker name={name} />
    </div>
  );
}

function Document({ shown, before }: { readonly shown: string; readonly before: string }) {
  const read = async (id: string, stop: AbortSignal) => JSON.stringify((await ask<Entity>("GET", at`/v1/admin/schemas/${id}`, { stop }))["document"] ?? {}, null, 2);
  const found = useLoad(`${shown} ${before}`, async (stop) => ({ now: await read(shown, stop), then: before ? await read(before, stop) : null }));
  return (
    <Shown from={found}>
      {({ now, then }) => (then === null
        ? <pre tabIndex={0} aria-label={shown} class="document-text">{now}</pre>
        : <Difference label={shown} before={then} after={now} />
      )}
    </Shown>
  );
}
