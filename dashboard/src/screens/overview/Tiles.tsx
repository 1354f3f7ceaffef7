import { useEffect } from "preact/hooks";
import type { Rows } from "../../api/cells";
import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Overview } from "../../api/shapes";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Tile } from "../../design/Tile";
import { count, duration } from "../../design/Time";
import { language, words } from "../../words";

/** Above these an operator should look; they colour a tile, nothing else. */
const OLDEST_WARN_S = 900;
const LAG_WARN_S = 10;
/** Alerts are looked at every half minute. */
const ALERTS_MS = 30_000;

/** The numbers of a day, each a link to what it counts. */
export function Tiles({ overview, plain = false }: { readonly overview: Overview; readonly plain?: boolean }) {
  const to = (path: string, query?: Readonly<Record<string, string>>) => (plain ? undefined : href(path, query));
  const text = words.value.overview;
  const { totals, open, oldest_undelivered: oldest, connectors } = overview;
  const waiting = (open["pending"] ?? 0) + (open["retrying"] ?? 0);
  const stuck = (open["manual_review"] ?? 0) + (open["held"] ?? 0);
  const running = connectors.states["running"] ?? 0;
  const others = Object.values(connectors.states).reduce((sum, one) => sum + one, 0) - running;
  const lag = worstLag(overview);
  return (
    <ul class="tiles">
      <Tile name={text.admitted} value={count(totals.admitted)} note={text.delivered(count(totals.delivered))} tone="none" to={to("/messages", { outcome: "admitted" })} />
      <Tile name={text.refused} value={count(totals.refused)} note={rate(totals.success_rate)} tone={totals.refused > 0 ? "warn" : "good"} to={to("/messages", { outcome: "refused" })} />
      <Tile name={text.waiting} value={count(waiting)} note={oldest ? text.oldest(duration(oldest.seconds, language.value)) : text.nothingWaits}
        tone={oldest && oldest.seconds > OLDEST_WARN_S ? "warn" : "good"} to={to("/messages", { state: "pending", range: "7d" })} />
      <Tile name={text.deadLetters} value={count(overview.dead_letters)} tone={overview.dead_letters > 0 ? "bad" : "good"} to={overview.part ? to("/messages", { state: "dead_letter", range: "30d" }) : to("/dead-letters")} />
      <Tile name={text.review} value={count(stuck)} tone={stuck > 0 ? "warn" : "good"} to={to("/messages", { state: "manual_review", range: "30d" })} />
      <Tile name={text.connectors} value={count(running)} note={text.notRunning(count(others))} tone={connectors.trouble.length > 0 ? "bad" : others > 0 ? "warn" : "good"} to={to("/connectors")} />
      <Tile name={text.expiring} value={count(overview.expiring)} tone={overview.expiring > 0 ? "warn" : "good"} to={to("/deadlines", { what: "key" })} />
      <AlertTile plain={plain} />
      {!overview.part && <Tile name={text.lag} value={lag === null ? "–" : duration(lag, language.value)} tone={lag === null || lag > LAG_WARN_S ? "warn" : "good"} to={to("/lag")} />}
      {!overview.part && <Tile name={text.quarantine} value={overview.quarantine === null ? "–" : count(overview.quarantine)} tone={overview.quarantine === 0 ? "good" : "bad"} to={to("/held")} />}
    </ul>
  );
}

/** How many alerts fire, and how many of them nobody has taken. */
function AlertTile({ plain }: { readonly plain: boolean }) {
  const text = words.value.overview;
  const allowed = mayDo("GET /ops/alerts");
  const found = useLoad("alerts", (stop) => (allowed ? ask<Rows>("GET", "/ops/alerts", { stop }) : Promise.resolve({ items: [] })));
  useEffect(() => {
    const ticking = setInterval(found.again, ALERTS_MS);
    return () => clearInterval(ticking);
  }, []);
  const state = found.state.value;
  if (!allowed || state.kind !== "ready") return null;
  const firing = state.value.items.filter((one) => one["phase"] === "firing");
  const free = firing.filter((one) => !one["taken_by"]).length;
  return <Tile name={text.alerts} value={count(firing.length)} note={firing.length > 0 ? text.notTaken(count(free)) : undefined} tone={free > 0 ? "bad" : firing.length > 0 ? "warn" : "good"} to={plain ? undefined : href("/alerts")} />;
}

function rate(success: number | null): string {
  if (success === null) return "";
  const format = new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 2 });
  return words.value.overview.success(format.format(success));
}

/** Return the longest lag in seconds; null where it could not be asked. */
export function worstLag({ lag }: Pick<Overview, "lag">): number | null {
  if (lag === null) return null;
  return lag.some((group) => group.seconds === null) ? null : Math.max(0, ...lag.map((group) => group.seconds ?? 0));
}
