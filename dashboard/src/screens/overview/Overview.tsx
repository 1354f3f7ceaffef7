import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { Overview } from "../../api/shapes";
import { ontoWall } from "../../app/session";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { Write } from "../../design/Write";
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
    <Page title={text.title} lead={text.lead} actions={<OntoWall />}>
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

function OntoWall() {
  const text = words.value.wall;
  const asking = useSignal(false);
  return (
    <>
      <Write does="POST /ops/session/wall" onClick={() => { asking.value = true; }}>{text.open}</Write>
      {asking.value && <ReasonDialog title={text.open} action={text.open} risky act={ontoWall} onClose={() => { asking.value = false; }}><p>{text.means}</p></ReasonDialog>}
    </>
  );
}
