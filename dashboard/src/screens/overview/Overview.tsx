import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { Overview } from "../../api/shapes";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { words } from "../../words";
import { FlowCard } from "./FlowCard";
import { MinutesChart } from "./MinutesChart";
import { Tiles } from "./Tiles";
import { Trouble } from "./Trouble";
import "./overview.css";

const REFRESH_MS = 5_000;
/** Also without changes: an hour without a message is news too. */
const TICK_MS = 30_000;

/** Health at one look: what is red, what grows, what is silent; each leads to its list. */
export function OverviewScreen() {
  const text = words.value.overview;
  const found = useLoad("overview", (stop) => ask<Overview>("GET", "/ops/overview", { stop }));
  useEffect(() => refreshOnChange(found.again, REFRESH_MS), []);
  useEffect(() => {
    const ticking = setInterval(found.again, TICK_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={text.title} lead={text.lead}>
      <Shown from={found}>
        {(overview) => (
          <>
            {overview.part && <p class="soft" role="note">{text.part}</p>}
            <Trouble overview={overview} />
            <Tiles overview={overview} />
            <div class="overview-columns">
              <FlowCard />
              <MinutesChart minutes={overview.minutes} at={overview.at} />
            </div>
          </>
        )}
      </Shown>
    </Page>
  );
}
