import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Compromise, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place, replace } from "../../app/router";
import { Badge, toneOf } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { ReportDialog } from "./ReportDialog";

/** Keys that somebody else may have: reported by one person, confirmed by another (invariant 11). */
export function CompromisesScreen() {
  const text = words.value.compromises;
  const { before, report } = place.value.query;
  const found = useLoad(before ?? "", (stop) => ask<Paged<Compromise>>("GET", "/ops/compromises", { query: { before }, stop }));
  // Not where the report has just led: whoever made it stays with it.
  const close = () => { if (place.value.path === "/compromises") replace(href("/compromises")); };
  return (
    <Page title={text.title} lead={text.lead} actions={<Write does="POST /ops/compromises" class="button button-risky" onClick={() => filter({ report: "yes" })}>{text.report}</Write>}>
      <Shown from={found} empty={({ items }) => items.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(one) => one.id} />
            {(page.next || before) && <Pager page={{ next: page.next, previous: before ? "first" : null }} go={(cursor) => filter({ before: cursor.after })} />}
          </>
        )}
      </Shown>
      {report && <ReportDialog onClose={close} />}
    </Page>
  );
}

function columns(): readonly Column<Compromise>[] {
  const text = words.value.compromises;
  return [
    { key: "system", title: text.system, cell: (one) => <><Link href={href(at`/compromises/${one.id}`)} class="document long">{one.system}</Link><div class="small soft code">{one.thumbprint}</div></> },
    { key: "state", title: text.state, cell: (one) => <Badge tone={toneOf(one.state)} text={named(text.states, one.state)} /> },
    { key: "since", title: text.since, cell: (one) => <Time at={one.since} /> },
    { key: "by", title: text.reportedBy, cell: (one) => <>{one.reported_by} · <Time at={one.reported_at} ago={false} /><div class="small soft long">{one.reason}</div></> },
  ];
}
