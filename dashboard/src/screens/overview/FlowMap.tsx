import type { Flow } from "../../api/shapes";
import { count } from "../../design/Time";
import { named, words } from "../../words";
import { layout, NOWHERE, type Band, type Node } from "./flow-layout";

const WIDTH = 560;
const LEFT = 140;
const RIGHT = WIDTH - 140;
const BAR = 8;
const NAME_LENGTH = 18;

/** The flow of the province: senders left, recipients right, as wide as they are busy. */
export function FlowMap({ flow }: { readonly flow: Flow }) {
  const text = words.value.overview;
  const { senders, recipients, bands, height } = layout(flow);
  return (
    <svg class="flow" viewBox={`0 0 ${WIDTH} ${height + 28}`} role="img" aria-label={text.flowLabel(count(bands.length))}>
      <text x={LEFT - 14} y={14} class="flow-side" text-anchor="end">{text.from}</text>
      <text x={RIGHT + 14} y={14} class="flow-side">{text.to}</text>
      <g transform="translate(0 28)">
        {bands.map((band) => <Way key={`${band.way.origin}>${band.way.to}`} band={band} by={flow.by} />)}
        {senders.map((node) => <Side key={node.key} node={node} by={flow.by} left />)}
        {recipients.map((node) => <Side key={node.key} node={node} by={flow.by} left={false} />)}
      </g>
    </svg>
  );
}

function Way({ band, by }: { readonly band: Band; readonly by: string }) {
  const middle = (LEFT + RIGHT) / 2;
  const path = `M${LEFT + BAR} ${band.fromY}C${middle} ${band.fromY} ${middle} ${band.toY} ${RIGHT - BAR} ${band.toY}`;
  const { way, trouble } = band;
  const title = `${nameOf(way.origin, way.origin_name, by)} → ${nameOf(way.to ?? NOWHERE, way.to_name, by)}: ${count(band.volume)}`;
  return (
    <g class={way.to === null ? "flow-way flow-lost" : "flow-way"}>
      <path d={path} stroke-width={band.width}><title>{title}</title></path>
      {way.to !== null && trouble > 0 && <path class="flow-trouble" d={path} stroke-width={Math.max(1.5, band.width * trouble)} />}
    </g>
  );
}

function Side({ node, by, left }: { readonly node: Node; readonly by: string; readonly left: boolean }) {
  const full = nameOf(node.key, node.name, by);
  const x = left ? LEFT - 10 : RIGHT + 10;
  const middle = node.y + node.height / 2;
  return (
    <g class={node.key === NOWHERE ? "flow-node flow-nowhere" : "flow-node"}>
      <rect x={left ? LEFT : RIGHT - BAR} y={node.y} width={BAR} height={node.height} rx={2} />
      <text x={x} y={middle - 2} text-anchor={left ? "end" : "start"} class="flow-name">
        {full.length > NAME_LENGTH ? `${full.slice(0, NAME_LENGTH - 1)}…` : full}<title>{full}</title>
      </text>
      <text x={x} y={middle + 14} text-anchor={left ? "end" : "start"} class="flow-volume">{count(node.volume)}</text>
    </g>
  );
}

/** Return what people call a node. */
export function nameOf(key: string, name: string | null, by: string): string {
  if (key === NOWHERE) return words.value.overview.nowhere;
  return by === "level" ? named(words.value.levels, key) : (name ?? key);
}
