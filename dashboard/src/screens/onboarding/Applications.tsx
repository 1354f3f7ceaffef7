import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { ApplicationLine, Paged } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Badge, type Tone } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";

const TONES: Readonly<Record<string, Tone>> = { in_production: "good", submitted: "warn", approved: "warn" };

/** Systems that are being connected, and where each stands. */
export function ApplicationsScreen() {
  const text = words.value.onboarding;
  const after = place.value.query["after"];
  const found = useLoad(after ?? "", (stop) => ask<Paged<ApplicationLine>>("GET", "/v1/admin/onboardings", { query: { after }, stop }));
  return (
    <Page title={text.title} lead={text.lead} actions={<Write does="POST /v1/admin/onboardings" class="button button-main" to={href("/onboarding-new")}>{text.ask}</Write>}>
      <Shown from={found} empty={(page) => page.items.length === 0 && !page.next} whenEmpty={<p>{text.none}</p>}>
        {(page) => (
          <>
            <Table label={text.title} columns={columns()} rows={page.items} id={(one) => one.system} />
            <Pager page={{ next: page.next, previous: after ? "first" : null }} go={(cursor) => filter({ after: cursor.after })} />
          </>
        )}
      </Shown>
    </Page>
  );
}

export function StageBadge({ stage }: { readonly stage: string }) {
  return <Badge tone={TONES[stage] ?? "info"} text={named(words.value.onboarding.stages, stage)} />;
}

function columns(): readonly Column<ApplicationLine>[] {
  const text = words.value.onboarding;
  return [
    { key: "system", title: text.system, cell: (one) => <><Link href={href(at`/onboarding/${one.system}`)} class="document">{one.system}</Link><div class="small soft long">{one.name}</div></> },
    { key: "organisation", title: text.organisation, cell: (one) => one.organisation },
    { key: "stage", title: text.stage, cell: (one) => <StageBadge stage={one.stage} /> },
    { key: "checks", title: text.checks, cell: (one) => text.of(String(one.shown), String(one.wanted)) },
    { key: "by", title: text.askedBy, cell: (one) => <>{one.asked_by}<div class="small soft"><Time at={one.asked_at} /></div></> },
  ];
}
