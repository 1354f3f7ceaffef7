import { useEffect } from "preact/hooks";
import type { Rows } from "../../api/cells";
import { ask } from "../../api/http";
import { followLive, refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { Flow, Overview } from "../../api/shapes";
import { mayDo, signOut } from "../../app/session";
import { Shown } from "../../design/Notice";
import { Time } from "../../design/Time";
import { either, named, words } from "../../words";
import { FlowHeat } from "../overview/FlowHeat";
import { MinutesChart } from "../overview/MinutesChart";
import { Tiles } from "../overview/Tiles";
import "../overview/overview.css";
import "./wall.css";

const REFRESH_MS = 5_000;
/** Also without changes: an hour without a message is news too. */
const TICK_MS = 15_000;

/** A screen that a room looks at: large, without controls, and its session can change nothing. */
export function WallScreen() {
  const text = words.value.wall;
  const found = useLoad("wall", (stop) => ask<Overview>("GET", "/ops/overview", { stop }));
  const flow = useLoad("wall-flow", (stop) => ask<Flow>("GET", "/ops/flow", { query: { by: "organisation", limit: 100 }, stop }));
  useEffect(() => (mayDo("GET /ops/live") ? followLive() : undefined), []);
  useEffect(() => refreshOnChange(found.again, REFRESH_MS), []);
  useEffect(() => everyTick(() => { found.again(); flow.again(); }), []);
  useEffect(endsOnEscape, []);
  return (
    <main class="wall stack" id="main">
      <header class="row spread"><h1>{text.title}</h1><span class="small soft">{text.end}</span></header>
      <Shown from={found}>
        {(overview) => (
          <>
            <Incident overview={overview} />
            <Tiles overview={overview} plain />
            <div class="overview-columns">
              <section class="card stack-s" aria-label={text.pairs}>
                <h2>{text.pairs}</h2>
                <Shown from={flow} empty={(one) => one.ways.every((way) => way.to === null)}>{(one) => <FlowHeat flow={one} />}</Shown>
              </section>
              <MinutesChart minutes={overview.minutes} at={overview.at} />
            </div>
            <p class="small soft"><Time at={overview.at} ago={false} /></p>
          </>
        )}
      </Shown>
    </main>
  );
}

/** What is wrong now, in a word that is read across a room; what fires, and which connectors. */
function Incident({ overview }: { readonly overview: Overview }) {
  const text = words.value.wall;
  const allowed = mayDo("GET /ops/alerts");
  const found = useLoad("wall-alerts", (stop) => (allowed ? ask<Rows>("GET", "/ops/alerts", { stop }) : Promise.resolve({ items: [] })));
  useEffect(() => everyTick(found.again), []);
  const state = found.state.value;
  const firing = state.kind === "ready" ? state.value.items.filter((one) => one["phase"] === "firing").length : 0;
  const { trouble } = overview.connectors;
  if (firing === 0 && trouble.length === 0) return <p class="calm" role="status">{text.calm}</p>;
  return (
    <section class="incident" role="status" aria-label={text.incident}>
      <h2>{text.incident}</h2>
      {firing > 0 && <p>{text.firing(String(firing))}</p>}
      <ul class="plain-list">{trouble.map((one) => <li key={one.name}>{one.name}: {named(words.value.states, one.state)} <span class="long">{either(one)}</span></li>)}</ul>
    </section>
  );
}

function everyTick(act: () => void): () => void {
  const ticking = setInterval(act, TICK_MS);
  return () => clearInterval(ticking);
}

/** The only thing that a key does here: whoever wants to work signs in as himself. */
function endsOnEscape(): () => void {
  const pressed = (event: KeyboardEvent) => { if (event.key === "Escape") void signOut(); };
  window.addEventListener("keydown", pressed);
  return () => window.removeEventListener("keydown", pressed);
}
