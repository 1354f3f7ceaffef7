import type { ComponentChildren } from "preact";
import type { Trace } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Dotted } from "../../design/Dotted";
import { count, Time } from "../../design/Time";
import { words } from "../../words";

type Fact = readonly [string, ComponentChildren];

/** What the message says about itself, and what the hub knows of it. */
export function Facts({ trace }: { readonly trace: Trace }) {
  const text = words.value.trace.facts;
  const { attributes, sender, ingress, rules } = trace;
  const facts: readonly Fact[] = [
    [text.sender, <><strong>{sender.name ?? sender.system}</strong><br /><Link href={href("/messages", { source: sender.system })}>{sender.system}</Link></>],
    [text.onbehalf, attributes["onbehalf"]],
    [text.type, attributes["type"] && <Dotted name={attributes["type"]} />],
    [text.schema, attributes["dataschema"]],
    [text.time, attributes["time"] && <Time at={attributes["time"]} ago={false} />],
    [text.received, trace.received_at && <Time at={trace.received_at} ago={false} />],
    [text.expires, attributes["expirytime"] && <Time at={attributes["expirytime"]} />],
    [text.correlation, attributes["correlationid"] && <Link href={href("/messages", { correlation: attributes["correlationid"] })}>{attributes["correlationid"]}</Link>],
    [text.size, trace.size === null ? null : `${count(trace.size)} B`],
    [text.digest, trace.body_sha256 && <span class="code small">{trace.body_sha256}</span>],
    [text.peer, trace.peer],
    [words.value.stages.trace, trace.trace_id && <Link href={href("/messages", { trace: trace.trace_id })}><span class="code small">{trace.trace_id}</span></Link>],
    [words.value.stages.retriedAt, trace.retried_at && <Time at={trace.retried_at} />],
    [text.rules, rules && String(rules.version)],
    [text.position, ingress && <span class="code small">hub.ingress/{ingress.partition}@{ingress.offset}</span>],
  ];
  return (
    <section class="card" aria-label={text.title}>
      <h2>{text.title}</h2>
      <dl class="facts">
        {facts.filter(([, value]) => value).map(([name, value]) => <><dt key={name}>{name}</dt><dd>{value}</dd></>)}
      </dl>
    </section>
  );
}
