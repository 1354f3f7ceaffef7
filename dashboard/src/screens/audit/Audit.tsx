import { ask, withQuery } from "../../api/http";
import { useLoad } from "../../api/load";
import type { AuditEntry } from "../../api/shapes";
import { filter, place } from "../../app/router";
import { Badge } from "../../design/Badge";
import { ChoiceField, TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";

interface AuditPage {
  readonly items: readonly AuditEntry[];
  readonly next: number | null;
}
const NARROWING = ["actor", "action", "target"] as const;
const RESULTS = ["done", "denied", "failed"] as const;
const TONES = { done: "good", denied: "bad", failed: "warn" } as const;

/** Who did, read or was denied what, when and why. Nothing here is ever changed or deleted. */
export function AuditScreen() {
  const text = words.value.audit;
  const query = place.value.query;
  const wanted = Object.fromEntries([...NARROWING, "result"].map((name) => [name, query[name]]));
  const before = query["before"];
  const found = useLoad(JSON.stringify([wanted, before]), (stop) => ask<AuditPage>("GET", "/ops/audit", { query: { ...wanted, before }, stop }));
  return (
    <Page title={text.title} lead={text.lead} actions={<a class="button" href={withQuery("/ops/audit.csv", wanted)} download="audit.csv">CSV</a>}>
      <div class="card filters-row">
        {NARROWING.map((name) => (
          <TextField key={name} label={text.filters[name]} name={name} value={query[name] ?? ""} onInput={(value) => filter({ [name]: value.trim(), before: undefined })} />
        ))}
        <ChoiceField label={text.filters.result} name="result" value={query["result"] ?? ""} onInput={(value) => filter({ result: value, before: undefined })}
          options={[["", words.value.messages.any], ...RESULTS.map((one) => [one, named(text.results, one)] as const)]} />
      </div>
      <Shown from={found} empty={(page) => page.items.length === 0}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(row) => String(row.id)} />
            <Pager page={{ next: page.next === null ? null : String(page.next), previous: before ? "first" : null }}
              go={(cursor) => filter({ before: cursor.after })} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function columns(): readonly Column<AuditEntry>[] {
  const text = words.value.audit;
  return [
    { key: "at", title: text.at, cell: (row) => <Time at={row.at} /> },
    { key: "actor", title: text.filters.actor, cell: (row) => <strong>{row.actor}</strong> },
    { key: "address", title: text.address, cell: (row) => row.address ?? "–" },
    { key: "result", title: text.filters.result, cell: (row) => <Badge tone={TONES[row.result as keyof typeof TONES] ?? "none"} text={named(text.results, row.result)} /> },
    { key: "what", title: text.what, cell: (row) => <Targets row={row} /> },
    { key: "reason", title: text.reason, cell: (row) => row.reason },
  ];
}

function Targets({ row }: { readonly row: AuditEntry }) {
  const text = words.value.audit;
  const more = row.changes - row.targets.length;
  return (
    <>
      {row.targets.map((one) => (
        <details key={`${one.action} ${one.entity}`}>
          <summary><code>{one.action}</code> {one.entity}</summary>
          <dl class="facts small">
            <dt>{text.before}</dt><dd><pre tabIndex={0} aria-label={text.before}>{JSON.stringify(one.before, null, 2)}</pre></dd>
            <dt>{text.after}</dt><dd><pre tabIndex={0} aria-label={text.after}>{JSON.stringify(one.after, null, 2)}</pre></dd>
          </dl>
        </details>
      ))}
      {more > 0 && <span class="small soft">{text.more(count(more))}</span>}
    </>
  );
}
