import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { ReceivedHeaders } from "../../api/shapes";
import { Shown } from "../../design/Notice";
import { words } from "../../words";

/** Headers and signature as received; read from Kafka only when somebody wants to see them. */
export function Headers({ source, id }: { readonly source: string; readonly id: string }) {
  const text = words.value.trace;
  const found = useLoad(`${source}/${id}`, (stop) => ask<ReceivedHeaders>("GET", at`/ops/messages/${source}/${id}/headers`, { stop }));
  return (
    <Shown from={found}>
      {({ headers, signature }) => (
        <>
          {signature && (
            <>
              <h3>{text.signature}</h3>
              <dl class="facts">{Object.entries(signature).map(([name, value]) => <><dt key={name} class="code">{name}</dt><dd class="code">{String(value)}</dd></>)}</dl>
            </>
          )}
          <h3>{text.headersAll}</h3>
          <dl class="facts">{headers.map(([name, value]) => <><dt key={name} class="code">{name}</dt><dd class="code small">{value}</dd></>)}</dl>
        </>
      )}
    </Shown>
  );
}
