import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { SchemaVersion, Subject } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href, place } from "../../app/router";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table } from "../../design/Table";
import { count } from "../../design/Time";
import { language, words } from "../../words";
import { Candidate } from "./Candidate";
import { Versions } from "./Life";
import { Version } from "./Version";
import "./schemas.css";

/** All versions of one form of bodies, the newest first; `known`: what the rules say of it. */
interface Family {
  readonly name: string;
  readonly known: Subject | undefined;
  readonly versions: readonly SchemaVersion[];
}

/** Schemas: their versions from draft to retirement, who uses each, what a change would do. */
export function SchemasScreen() {
  const text = words.value.schemas;
  const candidate = place.value.query["tab"] === "candidate";
  return (
    <Page title={text.title} lead={text.lead}>
      <nav class="tabs" aria-label={text.title}>
        <Link href={href("/schemas")} current={!candidate}>{text.all}</Link>
        <Link href={href("/schemas", { tab: "candidate" })} current={candidate}>{words.value.candidate.tab}</Link>
      </nav>
      {candidate ? <Candidate /> : <All />}
    </Page>
  );
}

/** Read anew each time that the list is opened: a draft may have been kept meanwhile. */
function All() {
  const found = useLoad("families", async (stop) => {
    const [subjects, versions] = await Promise.all([
      ask<{ items: readonly Subject[] }>("GET", "/ops/schemas", { stop }),
      ask<{ items: readonly SchemaVersion[] }>("GET", "/v1/admin/schema-versions", { stop }),
    ]);
    return families(subjects.items, versions.items);
  });
  return (
    <Shown from={found} empty={(all) => all.length === 0} whenEmpty={<p>{words.value.schemas.none}</p>}>
      {(all) => <Families families={all} done={found.again} />}
    </Shown>
  );
}

/** Return `<name>:<major>` of a version. */
function familyOf(name: string): string {
  return name.slice(0, name.lastIndexOf("."));
}

/** Return what the rules and the drafts know, together, by name. */
export function families(subjects: readonly Subject[], versions: readonly SchemaVersion[]): readonly Family[] {
  const known = new Map(subjects.map((one) => [`${one.name}:${one.major}`, one]));
  const found = new Map<string, SchemaVersion[]>();
  for (const one of versions) found.set(familyOf(one.name), [one, ...(found.get(familyOf(one.name)) ?? [])]);
  return [...found].map(([name, all]) => ({ name, known: known.get(name), versions: all }));
}

function Families({ families: all, done }: { readonly families: readonly Family[]; readonly done: () => void }) {
  const text = words.value.schemas;
  const wanted = place.value.query["schema"] ?? "";
  const shown = all.find((one) => one.versions.some((version) => version.name === wanted));
  const version = shown?.versions.find((one) => one.name === wanted);
  // In place of the list, not below it: a list of all types is longer than a screen.
  if (shown && version) return <Version key={wanted} version={version} family={shown.versions} done={done} />;
  return (
    <Table label={text.title} rows={all} id={(one) => one.name} columns={[
      { key: "subject", title: text.subject, cell: (one) => <><Link href={href("/schemas", { schema: one.versions[0]?.name })} class="document">{one.name}</Link><div class="small soft">{one.known?.[language.value]}</div></> },
      { key: "versions", title: text.versions, cell: (one) => <Versions family={one.versions} shown="" /> },
      { key: "type", title: text.type, cell: (one) => (one.known?.type ? <Link href={href("/routes", { type: one.known.type })}>{one.known.type}</Link> : "–") },
      { key: "senders", title: text.senders, number: true, cell: (one) => count(one.known?.senders ?? 0) },
      { key: "takers", title: text.takers, number: true, cell: (one) => count(one.known?.takers ?? 0) },
    ]} />
  );
}
