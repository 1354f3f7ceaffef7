import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Adapter, Connector } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge, StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { count, duration, Time } from "../../design/Time";
import { either, language, named, words } from "../../words";
import { ConfigCard } from "./ConfigCard";
import { History } from "./History";
import { Networks } from "./Networks";
import { Orders } from "./Orders";
import { Signals } from "./Signals";

const REFRESH_MS = 3_000;

export interface Known {
  readonly connector: Connector;
  readonly adapter: Adapter | undefined;
}

/** One connector: how it is, what it can be told, how it is configured, where it may call. */
export function ConnectorScreen({ name }: { readonly name: string }) {
  const text = words.value.connectors;
  const found = useLoad(name, (stop) => knownOf(name, stop));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={name} lead={text.one} actions={mayDo("GET /ops/audit") && <Link href={href("/audit", { target: `connector/${name}` })} class="button">{text.history}</Link>}>
      <Shown from={found}>
        {({ connector, adapter }) => (
          <>
            <State connector={connector} />
            <Orders connector={connector} done={found.again} />
            <Signals connector={connector} source={adapter?.kind === "source"} />
            <ConfigCard connector={connector} adapter={adapter} done={found.again} />
            <History connector={connector} done={found.again} />
            <Networks name={name} />
          </>
        )}
      </Shown>
    </Page>
  );
}

async function knownOf(name: string, stop: AbortSignal): Promise<Known> {
  const [connector, adapters] = await Promise.all([
    ask<Connector>("GET", at`/v1/admin/connectors/${name}`, { stop }),
    ask<{ items: readonly Adapter[] }>("GET", "/v1/admin/adapters", { stop }),
  ]);
  return { connector, adapter: adapters.items.find((one) => one.name === connector.adapter) };
}

function State({ connector }: { readonly connector: Connector }) {
  const text = words.value.connectors;
  const past = words.value.history;
  const { reported } = connector;
  return (
    <section class="card stack-s" aria-label={text.state}>
      <p class="row"><StateBadge state={connector.state} />
        {connector.wanted !== connector.state && <span class="small soft">{text.wanted}: {named(words.value.states, connector.wanted)}</span>}
        {connector.deployed !== null && <Badge tone={connector.deployed ? "good" : "warn"} text={connector.deployed ? past.deployed : past.edited} />}</p>
      {reported && either(reported) && <p class="long">{either(reported)}</p>}
      <dl class="facts">
        <dt>{text.adapter}</dt><dd>{connector.adapter}</dd>
        <dt>{text.system}</dt><dd>{connector.system}</dd>
        {reported && (
          <>
            <dt>{text.delivered}</dt><dd>{count(reported.delivered)} · {text.failed} {count(reported.failed)}</dd>
            <dt>{text.waiting}</dt><dd>{count(reported.waiting + reported.lag_messages)} · {text.lag} {duration(reported.lag_seconds, language.value)}</dd>
            {reported.breaker && <><dt>{past.breaker}</dt><dd><Badge tone={reported.breaker === "closed" ? "good" : "bad"} text={named(past.breakers, reported.breaker)} /></dd></>}
            {reported.checkpoint && <><dt>{past.checkpoint}</dt><dd><code class="long">{reported.checkpoint}</code></dd></>}
            <dt>{text.lastSuccess}</dt><dd><Time at={reported.last_success_at} /></dd>
            <dt>{text.heard}</dt><dd><Time at={reported.at} /></dd>
          </>
        )}
      </dl>
    </section>
  );
}
