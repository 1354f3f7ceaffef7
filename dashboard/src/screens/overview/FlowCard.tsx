import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { Flow } from "../../api/shapes";
import { filter, place } from "../../app/router";
import { ChoiceField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { words } from "../../words";
import { FlowHeat } from "./FlowHeat";
import { FlowMap } from "./FlowMap";
import { FlowTable } from "./FlowTable";

const REFRESH_MS = 15_000;

/** Who sends to whom: a map for the eye, the same as a table for everybody. */
export function FlowCard() {
  const text = words.value.overview;
  const by = place.value.query["by"] ?? "level";
  const found = useLoad(by, (stop) => ask<Flow>("GET", "/ops/flow", { query: { by, limit: 200 }, stop }));
  useEffect(() => refreshOnChange(found.again, REFRESH_MS), []);
  return (
    <section class="card stack-s" aria-label={text.flow}>
      <div class="row spread">
        <h2>{text.flow}</h2>
        <ChoiceField label={text.flowBy} value={by} onInput={(value) => filter({ by: value })}
          options={[["level", text.byLevel], ["organisation", text.byOrganisation], ["system", text.bySystem]]} />
      </div>
      <Shown from={found} empty={(flow) => flow.ways.length === 0} whenEmpty={<p>{text.noFlow}</p>}>
        {(flow) => (
          <>
            <FlowMap flow={flow} />
            <details>
              <summary>{text.flowTable}</summary>
              <FlowTable flow={flow} />
            </details>
            {by !== "level" && (
              <details>
                <summary>{text.heat}</summary>
                <FlowHeat flow={flow} />
              </details>
            )}
          </>
        )}
      </Shown>
    </section>
  );
}
