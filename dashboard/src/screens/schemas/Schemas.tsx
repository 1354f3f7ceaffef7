import { useSignal } from "@preact/signals";
import { allOf } from "../../api/entities";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Entity } from "../../api/shapes";
import { ChoiceField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { filter, place } from "../../app/router";
import { words } from "../../words";
import { diff } from "./diff";
import "./schemas.css";

/** Published schemas, and what changed from one version to another. A published one never changes. */
export function SchemasScreen() {
  const text = words.value.schemas;
  const found = useLoad("schemas", (stop) => allOf("schemas", stop));
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={(all) => all.length === 0} whenEmpty={<p>{text.none}</p>}>{(all) => <Chooser schemas={all} />}</Shown>
    </Page>
  );
}

function Chooser({ schemas }: { readonly schemas: readonly Entity[] }) {
  const text = words.value.schemas;
  const names = schemas.map((one) => one.id).sort();
  const shown = place.value.query["schema"] ?? names[0] ?? "";
  const before = useSignal("");
  const subject = shown.slice(0, shown.lastIndexOf(":"));
  const others = names.filter((name) => name !== shown && name.slice(0, name.lastIndexOf(":")) === subject);
  const compared = others.includes(before.value) ? before.value : "";
  return (
    <>
      <div class="card filters-row">
        <ChoiceField label={text.schema} name="schema" value={shown} onInput={(value) => filter({ schema: value })} options={names.map((name) => [name, name] as const)} />
        <ChoiceField label={text.compare} name="compare" value={compared} onInput={(value) => { before.value = value; }}
          options={[["", others.length === 0 ? text.onlyOne : "–"], ...others.map((name) => [name, name] as const)]} />
      </div>
      <Document key={`${shown} ${compared}`} shown={shown} before={compared} />
    </>
  );
}

function Document({ shown, before }: { readonly shown: string; readonly before: string }) {
  const read = async (id: string, stop: AbortSignal) => JSON.stringify((await ask<Entity>("GET", at`/v1/admin/schemas/${id}`, { stop }))["document"] ?? {}, null, 2);
  const found = useLoad(`${shown} ${before}`, async (stop) => ({ now: await read(shown, stop), then: before ? await read(before, stop) : null }));
  return (
    <Shown from={found}>
      {({ now, then }) => (
        <pre tabIndex={0} aria-label={shown} class="document-text">
          {then === null ? now : diff(then, now).map((line, index) => <span key={index} class={`diff-line diff-${line.mark === "+" ? "new" : line.mark === "-" ? "old" : "same"}`}>{line.mark} {line.text}{"\n"}</span>)}
        </pre>
      )}
    </Shown>
  );
}
