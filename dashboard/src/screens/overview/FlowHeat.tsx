import type { Flow, Way } from "../../api/shapes";
import { count } from "../../design/Time";
import { words } from "../../words";
import { busiest, stepOf } from "./heat";
import { nameOf } from "./FlowMap";

/** Pair by pair, the busiest of each side: the darker the more; a number stands in each. */
export function FlowHeat({ flow }: { readonly flow: Flow }) {
  const text = words.value.overview;
  const ways = flow.ways.filter((way): way is Way & { readonly to: string } => way.to !== null);
  const senders = busiest(ways, (way) => way.origin);
  const recipients = busiest(ways, (way) => way.to);
  const found = new Map(ways.map((way) => [`${way.origin}>${way.to}`, way]));
  const names = new Map(ways.flatMap((way) => [[way.origin, way.origin_name] as const, [way.to, way.to_name] as const]));
  const most = Math.max(0, ...ways.map((way) => way.admitted));
  const named = (key: string) => nameOf(key, names.get(key) ?? null, flow.by);
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={text.heat}>
      <table class="heat">
        <thead><tr><th scope="col">{text.from} \ {text.to}</th>{recipients.map((to) => <th key={to} scope="col">{named(to)}</th>)}</tr></thead>
        <tbody>
          {senders.map((origin) => (
            <tr key={origin}>
              <th scope="row">{named(origin)}</th>
              {recipients.map((to) => {
                const way = found.get(`${origin}>${to}`);
                return <td key={to} class={`heat-${stepOf(way?.admitted ?? 0, most)}`} title={way && way.dead_letter > 0 ? `${text.deadLetters}: ${count(way.dead_letter)}` : undefined}>{way ? count(way.admitted) : ""}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
