import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Machine } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Table } from "../../design/Table";
import { words } from "../../words";
import { BundleCard } from "./BundleCard";
import { LogCard } from "./LogCard";
import { MachineCard } from "./Machine";
import { TransferCard } from "./Transfer";
import { ReadOnlyCard } from "./ReadOnlyCard";

interface Head {
  readonly version: number;
  readonly hash: string;
  readonly published: boolean;
  readonly problem: string | null;
}
interface Installed {
  readonly items: readonly { readonly name: string; readonly package: string; readonly problem: string | null; readonly version: string | null }[];
}
const REFRESH_MS = 10_000;

/** What runs here: readiness of this process, the rules it follows, the adapters it has. */
export function SystemScreen() {
  const text = words.value.system;
  const found = useLoad("system", async (stop) => {
    const [ready, machine, head, adapters] = await Promise.all([readiness(stop), ask<Machine>("GET", "/ops/system", { stop }), ask<Head>("GET", "/v1/admin/rules", { stop }), ask<Installed>("GET", "/v1/admin/adapters", { stop })]);
    return { ready, machine, head, adapters };
  });
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found}>
        {({ ready, machine, head, adapters }) => (
          <>
            <ReadOnlyCard />
            <section class="card stack-s" aria-label={text.api}>
              <h2>{text.api}</h2>
              <p><Badge tone={ready.ok ? "good" : "bad"} text={ready.ok ? text.ready : text.notReady} /></p>
              <pre tabIndex={0} aria-label={text.api}>{ready.text}</pre>
            </section>
            <MachineCard machine={machine} />
            <LogCard processes={machine.processes} />
            <BundleCard />
            <TransferCard />
            <section class="card stack-s" aria-label={text.rules}>
              <h2>{text.rules}</h2>
              <p class="row"><Badge tone={head.published ? "good" : "warn"} text={head.published ? text.published : text.notPublished} />{text.version} {head.version}</p>
              <code class="small long">{head.hash}</code>
              {head.problem && <p class="long">{head.problem}</p>}
            </section>
            <section class="stack-s" aria-label={text.adapters}>
              <h2>{text.adapters}</h2>
              <Table label={text.adapters} rows={adapters.items} id={(one) => one.name} columns={[
                { key: "name", title: text.name, cell: (one) => one.name }, { key: "package", title: text.package, cell: (one) => one.package },
                { key: "version", title: text.version, cell: (one) => one.version ?? "–" }, { key: "problem", title: text.problem, cell: (one) => one.problem ?? "–" },
              ]} />
            </section>
          </>
        )}
      </Shown>
    </Page>
  );
}

/** Return what the process says of itself; 503 is an answer here, not a failure. */
async function readiness(stop: AbortSignal): Promise<{ readonly ok: boolean; readonly text: string }> {
  const answer = await fetch("/readyz", { signal: stop });
  const body = await answer.text();
  try {
    return { ok: answer.ok, text: JSON.stringify(JSON.parse(body), null, 2) };
  } catch {
    return { ok: answer.ok, text: body };
  }
}
