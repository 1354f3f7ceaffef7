import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Certificate, Certificates } from "../../api/shapes";
import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { Badge, toneOf } from "../../design/Badge";
import { CheckField, ChoiceField, TextField } from "../../design/Field";
import { Notice, Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { Table, type Column } from "../../design/Table";
import { Tile } from "../../design/Tile";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";
import { KeyState } from "./KeyState";
import { Trust } from "./Trust";

/** What ends within so many days is coloured: a successor takes about that long to be issued. */
const SOON_DAYS = 14;

/** Certificates of the systems' keys: when they end, what their authorities say, whom the hub trusts. */
export function CertificatesScreen() {
  const text = words.value.certificates;
  const { system, days, all, after } = place.value.query;
  const wanted = { system, days, after, in_use: all !== "yes" };
  const found = useLoad(JSON.stringify(wanted), (stop) => ask<Certificates>("GET", "/ops/certificates", { query: wanted, stop }));
  return (
    <Page title={text.title} lead={text.lead}>
      <Filters />
      <Shown from={found}>
        {(page) => (
          <>
            <Forecast forecast={page.forecast} />
            {page.items.length === 0
              ? <Notice kind="empty" title={text.none}><p>{text.noneOfAll}</p></Notice>
              : <Table label={text.title} columns={columns()} rows={page.items} id={(one) => one.id} />}
            {(page.next || after) && <Pager page={{ next: page.next, previous: after ? "first" : null }} go={(cursor) => filter({ after: cursor.after })} />}
            <Trust trust={page.trust} />
          </>
        )}
      </Shown>
    </Page>
  );
}

/** The horizons at which the hub warns: `hub.indicators.deadlines.HORIZONS`. */
const HORIZONS = ["0", "1", "7", "14", "30", "60"] as const;

function Filters() {
  const text = words.value.certificates;
  const query = place.value.query;
  return (
    <div class="card filters-row">
      <TextField label={text.system} name="system" value={query["system"] ?? ""} onInput={(value) => filter({ system: value.trim(), after: undefined })} />
      <ChoiceField label={text.days} name="days" value={query["days"] ?? ""} onInput={(value) => filter({ days: value, after: undefined })}
        options={[["", text.any], ...HORIZONS.map((one) => [one, one === "0" ? text.ended : text.within(one)] as const)]} />
      <CheckField label={text.notInUse} checked={query["all"] === "yes"} onChange={(on) => filter({ all: on ? "yes" : "", after: undefined })} />
    </div>
  );
}

function Forecast({ forecast }: Pick<Certificates, "forecast">) {
  const text = words.value.certificates;
  const tone = (days: number, many: number) => (many === 0 ? "good" : days === 0 ? "bad" : days <= SOON_DAYS ? "warn" : "none");
  return (
    <section aria-label={text.forecast}>
      <ul class="tiles">
        {[...forecast].sort((one, other) => one.days - other.days).map(({ days, count: many }) => (
          <Tile key={days} name={days === 0 ? text.ended : text.within(count(days))} value={count(many)} tone={tone(days, many)} to={href("/certificates", { days: String(days) })} />
        ))}
      </ul>
    </section>
  );
}

function columns(): readonly Column<Certificate>[] {
  const text = words.value.certificates;
  return [
    { key: "system", title: text.system, cell: (one) => <><Link href={href(at`/certificates/${one.id}`)} class="document long">{one.system}</Link><div class="small soft long">{one.subject}</div></> },
    { key: "authority", title: text.authority, cell: (one) => one.authority },
    { key: "until", title: text.until, cell: (one) => <><Time at={one.until} ago={false} /><div class="small soft">{one.days_left >= 0 ? text.left(count(one.days_left)) : text.gone}</div></> },
    { key: "status", title: text.status, cell: (one) => <><Badge tone={toneOf(one.status)} text={named(text.states, one.status)} /><div class="small soft"><Time at={one.checked_at} /></div></> },
    { key: "key", title: text.keyState, cell: (one) => <KeyState certificate={one} /> },
  ];
}
