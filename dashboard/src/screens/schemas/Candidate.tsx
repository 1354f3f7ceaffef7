import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import { Failed, problemOf, type Problem } from "../../api/problem";
import type { Compared, SchemaVersion, WholeSchemaVersion } from "../../api/shapes";
import { go, href, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { AreaField } from "../../design/Field";
import { ProblemNotice, Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { ImpactCard } from "./ImpactCard";

/** A document that may become the next version: compared, replayed, then drafted. */
export function Candidate() {
  const from = place.value.query["from"] ?? "";
  const found = useLoad(from, async (stop) => (from ? JSON.stringify(following((await ask<WholeSchemaVersion>("GET", at`/v1/admin/schema-versions/${from}`, { stop })).document), null, 2) : ""));
  return <Shown from={found}>{(text) => <Editor key={from} first={text} />}</Shown>;
}

/** Return a document under the name of the next version: a published one never changes. */
export function following(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const next = String(document["$id"] ?? "").replace(/\.(\d+)$/, (_, minor: string) => `.${Number(minor) + 1}`);
  return { ...document, $id: next };
}

function Editor({ first }: { readonly first: string }) {
  const text = words.value.candidate;
  const draft = useSignal(first);
  const told = useSignal<Compared | null>(null);
  const problem = useSignal<Problem | null>(null);
  const broken = useSignal(false);
  const asking = useSignal(false);
  const parsed = (): unknown => {
    const value = objectOf(draft.value);
    broken.value = value === undefined;
    return value;
  };
  const compare = async (event: Event) => {
    event.preventDefault();
    told.value = problem.value = null;
    const document = parsed();
    if (document === undefined) return;
    try {
      told.value = await ask<Compared>("POST", "/v1/admin/schema-versions:compare", { body: { document } });
    } catch (error) {
      problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    }
  };
  const keep = async (reason: string) => {
    const made = await ask<SchemaVersion>("POST", "/v1/admin/schema-versions", { body: { document: parsed(), reason } });
    go(href("/schemas", { schema: made.name }));
  };
  return (
    <>
      <section class="card stack-s" aria-label={text.title}>
        <h2>{text.title}</h2>
        <form class="stack-s" onSubmit={compare}>
          <AreaField label={text.document} hint={text.hint} name="document" code required value={draft.value} onInput={(value) => { draft.value = value; told.value = null; }} />
          <div class="row">
            <button type="submit" class="button button-main">{text.compare}</button>
            <Write does="POST /v1/admin/schema-versions" onClick={() => { if (parsed() !== undefined) asking.value = true; }}>{text.keep}</Write>
          </div>
        </form>
        <div class="stack-s" aria-live="polite">
          {broken.value && <p role="alert" class="notice notice-failed">{text.noJson}</p>}
          {problem.value && <ProblemNotice problem={problem.value} />}
          {told.value && <Told told={told.value} />}
        </div>
        {asking.value && <ReasonDialog title={text.keep} action={text.keep} act={keep} onClose={() => { asking.value = false; }}><p>{text.keepLead}</p></ReasonDialog>}
      </section>
      <ImpactCard document={parsed} />
    </>
  );
}

function Told({ told }: { readonly told: Compared }) {
  const text = words.value.candidate;
  return (
    <>
      <p data-compatible={String(told.compatible)}><Badge tone={told.compatible ? "good" : "bad"} text={told.compatible ? text.fits(told.level) : text.breaks(told.level)} /></p>
      {told.broken.length > 0 && <ul>{told.broken.map((one) => <li key={one} class="long"><code>{one}</code></li>)}</ul>}
    </>
  );
}

/** Return the JSON object that a text is; undefined where it is none. */
function objectOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
