import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Paged, RetryItem } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { named, words } from "../../words";

/** What has become of each dead letter of a job. */
export function Items({ id }: { readonly id: string }) {
  const text = words.value.jobs;
  const after = useSignal("");
  const found = useLoad(after.value, (stop) => ask<Paged<RetryItem>>("GET", at`/ops/retry-jobs/${id}/items`, { query: { after: after.value }, stop }));
  const columns: readonly Column<RetryItem>[] = [
    { key: "message", title: text.message, cell: (item) => <Link href={href(at`/messages/${item.source}/${item.message}`)} class="long">{item.source} / {item.message}</Link> },
    { key: "recipient", title: text.recipient, cell: (item) => item.recipient },
    { key: "cause", title: text.cause, cell: (item) => named(words.value.reasons, item.code) },
    { key: "result", title: text.result, cell: (item) => (item.result ? <StateBadge state={item.result} /> : "–") },
  ];
  return (
    <section class="stack-s" aria-label={text.items}>
      <div class="row spread"><h2>{text.items}</h2><button type="button" class="button" onClick={found.again}>{words.value.notice.refresh}</button></div>
      <Shown from={found} empty={(page) => page.items.length === 0}>
        {(page) => (
          <>
            <Table label={text.items} columns={columns} rows={page.items} id={(item) => item.id} />
            {page.next && <Pager page={page} go={(cursor) => { after.value = cursor.after ?? ""; }} />}
          </>
        )}
      </Shown>
    </section>
  );
}
