import type { Flow, Way } from "../../api/shapes";

/** A sender on the left or a recipient on the right. */
export interface Node {
  readonly key: string;
  readonly name: string | null;
  readonly volume: number;
  readonly y: number;
  readonly height: number;
}
export interface Band {
  readonly way: Way;
  readonly volume: number;
  /** What did not arrive, as a share of the volume. */
  readonly trouble: number;
  readonly fromY: number;
  readonly toY: number;
  readonly width: number;
}
export interface Layout {
  readonly senders: readonly Node[];
  readonly recipients: readonly Node[];
  readonly bands: readonly Band[];
  readonly height: number;
}

/** The recipient of what was refused: it went nowhere. */
export const NOWHERE = "";
/** No node is thinner than its name is high. */
const LEAST = 34;
const GAP = 14;
const TALLEST = 240;
/** More than these on a side cannot be read; the table beneath lists all. */
export const MOST_NODES = 12;

/** Return where everything stands: heights follow volumes, the busiest first. */
export function layout(flow: Flow): Layout {
  const senders = column(flow.ways, (way) => way.origin, (way) => way.origin_name);
  const recipients = column(flow.ways, (way) => way.to ?? NOWHERE, (way) => way.to_name);
  const bands = bandsOf(flow.ways, senders, recipients);
  const bottom = (nodes: readonly Node[]) => Math.max(0, ...nodes.map((node) => node.y + node.height));
  return { senders, recipients, bands, height: Math.max(bottom(senders), bottom(recipients)) };
}

export function volumeOf(way: Way): number {
  return way.admitted + way.refused;
}

function column(ways: readonly Way[], key: (way: Way) => string, name: (way: Way) => string | null): readonly Node[] {
  const volumes = new Map<string, { volume: number; name: string | null }>();
  for (const way of ways) {
    const before = volumes.get(key(way));
    volumes.set(key(way), { volume: (before?.volume ?? 0) + volumeOf(way), name: name(way) ?? before?.name ?? null });
  }
  const busiest = [...volumes].sort(([, a], [, b]) => b.volume - a.volume).slice(0, MOST_NODES);
  const all = busiest.reduce((sum, [, one]) => sum + one.volume, 0) || 1;
  let y = 0;
  return busiest.map(([id, one]) => {
    const height = Math.max(LEAST, (one.volume / all) * TALLEST);
    const node = { key: id, name: one.name, volume: one.volume, y, height };
    y += height + GAP;
    return node;
  });
}

function bandsOf(ways: readonly Way[], senders: readonly Node[], recipients: readonly Node[]): readonly Band[] {
  const used = new Map<Node, number>();
  const placed = (node: Node, volume: number) => {
    const width = node.volume ? (volume / node.volume) * node.height : 0;
    const y = node.y + (used.get(node) ?? 0);
    used.set(node, (used.get(node) ?? 0) + width);
    return { middle: y + width / 2, width };
  };
  return [...ways].sort((a, b) => volumeOf(b) - volumeOf(a)).flatMap((way) => {
    const from = senders.find((node) => node.key === way.origin);
    const to = recipients.find((node) => node.key === (way.to ?? NOWHERE));
    const volume = volumeOf(way);
    if (!from || !to || volume === 0) return [];
    const [left, right] = [placed(from, volume), placed(to, volume)];
    const lost = way.refused + way.dead_letter + way.expired + way.rejected;
    return [{ way, volume, trouble: Math.min(1, lost / volume), fromY: left.middle, toY: right.middle, width: Math.max(1.5, Math.min(left.width, right.width)) }];
  });
}
