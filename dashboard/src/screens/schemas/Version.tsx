import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { SchemaUse, SchemaVersion, WholeSchemaVersion } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { ChoiceField } from "../../design/Field";
import { inOrderOf } from "../../design/diff";
import { Shown } from "../../design/Notice";
import { SideBySide } from "../../design/SideBySide";
import { Time } from "../../design/Time";
import { words } from "../../words";
import { Checker } from "./Checker";
import { ImpactCard } from "./ImpactCard";
import { LevelCard } from "./LevelCard";
import { History, Orders, StateOfSchema, Versions } from "./Life";
import { Use } from "./Use";

const USE = "GET /ops/schemas/{name}/use";

interface Props {
  readonly version: SchemaVersion;
  /** All versions of the same form, this one among them. */
  readonly family: readonly SchemaVersion[];
  readonly done: () => void;
}

/** One version: its life, its text beside another's, a sample to try, who uses it. */
export function Version({ version, family, done }: Props) {
  const text = words.value.schemas;
  const { name } = version;
  const others = family.map((one) => one.name).filter((one) => one !== name);
  const before = place.value.query["compare"] ?? "";
  const found = useLoad(`${name} ${before}`, async (stop) => ({ now: await read(name, stop), then: before ? await read(before, stop) : null }));
  return (
    <>
      <section class="card stack-s" aria-label={name}>
        <div class="row spread"><h2 class="long">{name}</h2><StateOfSchema state={version.state} /></div>
        {others.length > 0 && <nav aria-label={text.versions}><Versions family={family} shown={name} /></nav>}
        {version.author && <p class="small">{words.value.schemaLife.author} <strong>{version.author}</strong> · <Time at={version.at} /></p>}
        <Orders version={version} done={done} />
        <ChoiceField label={text.compare} name="compare" value={before} onInput={(value) => filter({ compare: value })}
          options={[["", others.length === 0 ? text.onlyOne : "–"], ...others.map((one) => [one, one] as const)]} />
        <Shown from={found}>
          {({ now, then }) => (then === null
            ? <pre tabIndex={0} aria-label={name} class="document-text">{shown(now)}</pre>
            : <SideBySide before={shown(then)} after={shown(inOrderOf(then, now))} names={[before, name]} />
          )}
        </Shown>
        <div class="row">
          <Link href={href("/schemas", { tab: "candidate", from: name })} class="button">{words.value.candidate.from}</Link>
          <Link href={href("/schemas")} class="button">{text.all}</Link>
        </div>
      </section>
      <div class="columns">
        <Checker name={name} />
        {mayDo(USE) && <Used key={`${name} ${version.state}`} version={version} />}
      </div>
      <Shown from={found}>{({ now }) => <ImpactCard document={() => now} />}</Shown>
    </>
  );
}

function Used({ version: { name } }: { readonly version: SchemaVersion }) {
  const found = useLoad(name, (stop) => ask<SchemaUse>("GET", at`/ops/schemas/${name}/use`, { stop }));
  const text = words.value.schemaLife;
  return (
    <Shown from={found}>
      {(use) => (
        <>
          <Use use={use} />
          <LevelCard family={name.slice(0, name.lastIndexOf("."))} use={use} done={found.again} />
          <section class="card stack-s" aria-label={text.history}><h2>{text.history}</h2><History deeds={use.history} /></section>
        </>
      )}
    </Shown>
  );
}

async function read(name: string, stop: AbortSignal): Promise<WholeSchemaVersion["document"]> {
  return (await ask<WholeSchemaVersion>("GET", at`/v1/admin/schema-versions/${name}`, { stop })).document;
}

function shown(document: unknown): string {
  return JSON.stringify(document, null, 2);
}
