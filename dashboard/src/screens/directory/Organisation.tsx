import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Entity, Organisation } from "../../api/shapes";
import { text as textOf, texts } from "../../api/entities";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table } from "../../design/Table";
import { words } from "../../words";
import { KeyState } from "../certificates/KeyState";
import { Codes } from "./Codes";
import { Facts } from "./Facts";
import { ChangeButton } from "./Change";
import { Onboarding } from "./Onboarding";
import { Timeline } from "./Timeline";
import { Level } from "./Tree";
import "./directory.css";

/** One organisation: what it is, what befell it, how it is reached, and what it lacks to exchange. */
export function OrganisationScreen({ id }: { readonly id: string }) {
  const found = useLoad(id, (stop) => ask<Organisation>("GET", at`/ops/directory/${id}`, { stop }));
  const state = found.state.value;
  const known = state.kind === "ready" ? state.value : null;
  const audit = mayDo("GET /ops/audit") && <Link href={href("/audit", { target: `organisation/${id}` })} class="button">{words.value.organisation.audit}</Link>;
  return (
    <Page title={known?.name ?? id} lead={id} actions={<>{known && <ChangeButton one={known} done={found.again} />}{audit}</>}>
      <Shown from={found}>{(one) => <Sections one={one} again={found.again} />}</Shown>
    </Page>
  );
}

function Sections({ one, again }: { readonly one: Organisation; readonly again: () => void }) {
  const text = words.value.directory;
  const system = { key: "system", title: text.system, cell: (row: Entity) => textOf(row, "system") };
  const types = { key: "types", title: text.types, cell: (row: Entity) => texts(row, "types").map((type) => <div key={type} class="small">{type}</div>) };
  const systems = [
    { key: "id", title: text.system, cell: (row: Entity) => row.id }, { key: "name", title: text.name, cell: (row: Entity) => textOf(row, "name") },
    { key: "state", title: text.state, cell: (row: Entity) => <StateBadge state={textOf(row, "state") || "active"} /> },
  ];
  return (
    <>
      <Facts one={one} />
      <Timeline one={one} />
      <Codes one={one} again={again} />
      {one.children > 0 && <section class="stack-s" aria-label={words.value.tree.below}><h2>{words.value.tree.below}</h2><Level under={one.id} ended={false} /></section>}
      <Onboarding known={one} />
      <Group title={text.systems} rows={one.systems} columns={[...systems, { key: "by", title: words.value.organisation.handedInBy, cell: (row) => texts(row, "representatives").join(", ") }]} />
      <Group title={words.value.organisation.representing} rows={one.representing} columns={[...systems, { key: "of", title: text.one, cell: (row) => <Link href={href(at`/directory/${textOf(row, "organisation")}`)}>{textOf(row, "organisation")}</Link> }]} />
      <Group title={text.keys} rows={one.keys} columns={[
        { ...system, cell: (row) => row.id.split("/")[0] ?? "" }, { key: "alg", title: text.algorithm, cell: (row) => textOf(row, "alg") },
        { key: "thumb", title: text.thumbprint, cell: (row) => <code>{row.id.split("/")[1]}</code> }, { key: "state", title: text.state, cell: (row) => <KeyState certificate={stateOf(row)} /> },
      ]} />
      <Group title={text.endpoints} rows={one.endpoints} columns={[{ ...system, cell: (row) => row.id.split("/")[1] ?? "" }, types]} />
      <Group title={text.rights} rows={one.rights} columns={[system, types, { key: "to", title: text.to, cell: (row) => texts(row, "recipients").map((to) => <div key={to} class="small">{to}</div>) }]} />
    </>
  );
}

/** Return what says whether a key counts. */
function stateOf(key: Entity): Parameters<typeof KeyState>[0]["certificate"] {
  return { revoked: key["revoked"] === true, suspended: textOf(key, "suspended") || null, compromised_at: textOf(key, "compromised_at") || null };
}

type Columns = Parameters<typeof Table<Entity>>[0]["columns"];

/** Entities as the hub holds them, each with its id. */
function Group({ title, rows, columns }: { readonly title: string; readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly columns: Columns }) {
  const entities = rows as readonly Entity[];
  return (
    <section class="stack-s" aria-label={title}>
      <h2>{title}</h2>
      {entities.length === 0 ? <p class="soft">{words.value.directory.noneOfThese}</p> : <Table label={title} columns={columns} rows={entities} id={(one) => one.id} />}
    </section>
  );
}
