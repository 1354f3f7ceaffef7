import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Paged, RetryJob } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { words } from "../../words";

const REFRESH_MS = 5_000;

/** Decisions about many dead letters, the newest first. */
export function JobsScreen() {
  const text = words.value.jobs;
  const after = place.value.query["after"];
  const found = useLoad(after ?? "", (stop) => ask<Paged<RetryJob>>("GET", "/ops/retry-jobs", { query: { after }, stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  const columns: readonly Column<RetryJob>[] = [
    { key: "what", title: text.what, cell: (job) => <Link href={href(at`/retry-jobs/${job.id}`)} class="document">{text.actions(job.action, count(job.count))}</Link> },
    { key: "state", title: text.state, cell: (job) => <StateBadge state={job.state} /> },
    { key: "progress", title: text.progress, number: true, cell: (job) => `${count(job.handled)} / ${count(job.count)}` },
    { key: "by", title: text.askedBy, cell: (job) => <>{job.asked_by}<div class="small soft long">{job.reason}</div></> },
    { key: "at", title: text.askedAt, cell: (job) => <Time at={job.asked_at} /> },
  ];
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found} empty={(page) => page.items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns} rows={page.items} id={(job) => job.id} />
            {page.next && <Pager page={page} go={(cursor) => filter({ after: cursor.after })} />}
          </>
        )}
      </Shown>
    </Page>
  );
}
