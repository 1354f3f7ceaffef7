import { allOf, text as textOf, texts } from "../../api/entities";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Entity } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table } from "../../design/Table";
import { named, words } from "../../words";
import { Onboarding } from "./Onboarding";

export interface Known {
  readonly organisation: Entity;
  readonly codes: readonly Entity[];
  readonly systems: readonly Entity[];
  readonly keys: readonly Entity[];
  readonly endpoints: readonly Entity[];
  readonly rights: readonly Entity[];
}

/** One agency: its codes, systems, keys, endpoints and rights; and what is missing to exchange. */
export function OrganisationScreen({ id }: { readonly id: string }) {
  const found = useLoad(id, (stop) => knownOf(id, stop));
  const state = found.state.value;
  const title = state.kind === "ready" ? textOf(state.value.organisation, "name") : id;
  return <Page title={title} lead={id}><Shown from={found}>{(known) => <Sections known={known} />}</Shown></Page>;
}

async function knownOf(id: string, stop: AbortSignal): Promise<Known> {
  const [organisation, codes, systems, keys, endpoints, rights] = await Promise.all([
    ask<Entity>("GET", at`/v1/admin/organisations/${id}`, { stop }),
    allOf("codes", stop), allOf("systems", stop), allOf("keys", stop), allOf("endpoints", stop), allOf("rights", stop),
  ]);
  const own = systems.filter((one) => textOf(one, "organisation") === id);
  const names = new Set(own.map((one) => one.id));
  const ofSystem = (one: Entity) => names.has(textOf(one, "system"));
  return {
    organisation, systems: own, codes: codes.filter((one) => textOf(one, "organisation") === id),
    keys: keys.filter(ofSystem), endpoints: endpoints.filter((one) => textOf(one, "organisation") === id), rights: rights.filter(ofSystem),
  };
}

function Sections({ known }: { readonly known: Known }) {
  const text = words.value.directory;
  const { organisation, codes, systems, keys, endpoints, rights } = known;
  const parent = textOf(organisation, "parent");
  const system = { key: "system", title: text.system, cell: (one: Entity) => textOf(one, "system") };
  const types = { key: "types", title: text.types, cell: (one: Entity) => texts(one, "types").map((type) => <div key={type} class="small">{type}</div>) };
  const state = { key: "state", title: text.state, cell: (one: Entity) => <StateBadge state={textOf(one, "state") || "active"} /> };
  return (
    <>
      <section class="card" aria-label={text.one}>
        <dl class="facts">
          <dt>{text.level}</dt><dd>{named(words.value.levels, textOf(organisation, "level"))}</dd>
          {parent && <><dt>{text.parent}</dt><dd><Link href={href(at`/directory/${parent}`)}>{parent}</Link></dd></>}
          <dt>{text.state}</dt><dd><StateBadge state={textOf(organisation, "state") || "active"} /></dd>
          <dt>{words.value.nav.messages}</dt><dd><Link href={href("/messages", { source: systems[0]?.id })}>{text.sent}</Link></dd>
        </dl>
      </section>
      <Onboarding known={known} />
      <Group title={text.systems} rows={systems} columns={[{ key: "id", title: text.system, cell: (one) => one.id }, { key: "name", title: text.name, cell: (one) => textOf(one, "name") }, state]} />
      <Group title={text.codes} rows={codes} columns={[
        { key: "code", title: text.code, cell: (one) => <code>{one.id}</code> }, { key: "scheme", title: text.scheme, cell: (one) => textOf(one, "scheme") },
        { key: "valid", title: text.valid, cell: (one) => `${textOf(one, "valid_from") || "…"} – ${textOf(one, "valid_to") || "…"}` },
      ]} />
      <Group title={text.keys} rows={keys} columns={[system, { key: "alg", title: text.algorithm, cell: (one) => textOf(one, "alg") }, { key: "thumb", title: text.thumbprint, cell: (one) => <code>{textOf(one, "thumbprint") || one.id}</code> }]} />
      <Group title={text.endpoints} rows={endpoints} columns={[system, types]} />
      <Group title={text.rights} rows={rights} columns={[system, types, { key: "to", title: text.to, cell: (one) => texts(one, "recipients").map((to) => <div key={to} class="small">{to}</div>) }]} />
    </>
  );
}

type Columns = Parameters<typeof Table<Entity>>[0]["columns"];

function Group({ title, rows, columns }: { readonly title: string; readonly rows: readonly Entity[]; readonly columns: Columns }) {
  return (
    <section class="stack-s" aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 ? <p class="soft">{words.value.directory.noneOfThese}</p> : <Table label={title} columns={columns} rows={rows} id={(one) => one.id} />}
    </section>
  );
}
