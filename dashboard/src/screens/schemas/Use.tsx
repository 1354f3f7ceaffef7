import { at } from "../../api/http";
import type { SchemaUse } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Table } from "../../design/Table";
import { count, Time } from "../../design/Time";
import { words } from "../../words";

/** Who may send the type, who takes it, and who sends which version now. */
export function Use({ use }: { readonly use: SchemaUse }) {
  const text = words.value.schemaLife;
  return (
    <section class="card stack-s" aria-label={text.use} data-use>
      <h2>{text.use}</h2>
      <dl class="facts">
        <dt>{words.value.schemas.type}</dt><dd><Link href={href("/routes", { type: use.type })}>{use.type}</Link></dd>
        <dt>{text.mayClaim}</dt><dd class="long">{named(use.senders)}</dd>
        <dt>{text.takers}</dt>
        <dd class="long">{use.takers.length === 0 ? "–" : use.takers.map((one, index) => <span key={index}>{index > 0 && ", "}<Link href={href(at`/directory/${one.organisation}`)}>{one.organisation}</Link> ({one.system})</span>)}</dd>
        <dt>{text.subscribers}</dt><dd class="long">{named(use.subscribers)}</dd>
        {use.read_as.length > 0 && <><dt>{text.readAs}</dt><dd class="long">{named(use.read_as)}</dd></>}
      </dl>
      <h3>{text.sent}</h3>
      {use.sent.length === 0 ? <p class="small soft">{text.nothingSent}</p> : (
        <Table label={text.sent} rows={use.sent} id={(one) => `${one.system} ${one.schema_name}`} columns={[
          { key: "system", title: words.value.impact.system, cell: (one) => <Link href={href("/messages", { source: one.system, type: use.type, range: "30d" })} class="document">{one.system}</Link> },
          { key: "version", title: text.version, cell: (one) => one.schema_name },
          { key: "messages", title: words.value.impact.messages, number: true, cell: (one) => count(one.messages) },
          { key: "last", title: text.last, cell: (one) => <Time at={one.last_at} /> },
        ]} />
      )}
      <p class="small soft">{text.newest(count(use.looked_at_most))}</p>
    </section>
  );
}

function named(systems: readonly string[]): string {
  return systems.length === 0 ? "–" : systems.join(", ");
}
