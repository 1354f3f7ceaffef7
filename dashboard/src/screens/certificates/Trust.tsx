import type { Authority, Certificates } from "../../api/shapes";
import { Table, type Column } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";

/** Whom the hub trusts for what. The list is a file under version control, not a form. */
export function Trust({ trust }: Pick<Certificates, "trust">) {
  const text = words.value.certificates;
  return (
    <section class="stack-s" aria-label={text.trust}>
      <h2>{text.trust}</h2>
      {trust.test && <p class="notice notice-forbidden">{text.test}</p>}
      {trust.authorities.length === 0
        ? <p class="soft">{text.trustNone}</p>
        : <><p class="soft">{text.trustLead(trust.version)}</p><Table label={text.trust} columns={columns()} rows={trust.authorities} id={(one) => one.name} /></>}
    </section>
  );
}

function columns(): readonly Column<Authority>[] {
  const text = words.value.certificates;
  return [
    { key: "name", title: text.authority, cell: (one) => <><strong>{one.title}</strong><div class="small soft">{one.name}</div></> },
    { key: "usage", title: text.usage, cell: (one) => one.usage.map((use) => <div key={use}>{named(text.usages, use)}</div>) },
    { key: "until", title: text.until, cell: (one) => <><Time at={one.until} ago={false} /><div class="small soft">{one.days_left >= 0 ? text.left(count(one.days_left)) : text.gone}</div></> },
    { key: "hosts", title: text.hosts, cell: (one) => (one.hosts.length === 0 ? "–" : one.hosts.map((host) => <div key={host} class="small code">{host}</div>)) },
  ];
}
