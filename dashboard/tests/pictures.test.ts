import { describe, expect, it } from "vitest";
import { diff } from "../src/design/diff";
import { layout, MOST_NODES, NOWHERE } from "../src/screens/overview/flow-layout";
import { inSteps } from "../src/screens/overview/minutes";
import { worstLag } from "../src/screens/overview/Tiles";

const way = (origin: string, to: string | null, admitted: number, more: object = {}) =>
  ({ origin, to, origin_name: null, to_name: null, admitted, delivered: 0, refused: 0, dead_letter: 0, expired: 0, rejected: 0, ...more });
const flow = (ways: ReturnType<typeof way>[]) => ({ since: "2026-11-28T00:00:00Z", by: "level" as const, ways, left_out: 0 });

describe("the flow map", () => {
  it("puts the busiest first, and no two nodes over one another", () => {
    const { senders } = layout(flow([way("commune", "province", 10), way("province", "commune", 90), way("district", "province", 40)]));
    expect(senders.map((node) => node.key)).toEqual(["province", "district", "commune"]);
    for (const [index, node] of senders.entries()) expect(node.y).toBeGreaterThanOrEqual(index === 0 ? 0 : (senders[index - 1]?.y ?? 0) + (senders[index - 1]?.height ?? 0));
  });

  it("leads what was refused to nowhere", () => {
    const { recipients, bands } = layout(flow([way("commune", null, 0, { refused: 4 })]));
    expect(recipients.map((node) => node.key)).toEqual([NOWHERE]);
    expect(bands.map((band) => [band.volume, band.trouble])).toEqual([[4, 1]]);
  });

  it("has as many nodes as can be read, whatever the province sends", () => {
    const ways = Array.from({ length: 3_000 }, (_, index) => way(`xa-${index}`, "so-mau", index + 1));
    const { senders, bands } = layout(flow(ways));
    expect(senders).toHaveLength(MOST_NODES);
    expect(bands).toHaveLength(MOST_NODES);
  });

  it("is empty without messages", () => {
    expect(layout(flow([]))).toEqual({ senders: [], recipients: [], bands: [], height: 0 });
  });
});

describe("the day's chart", () => {
  it("adds minutes to steps, fills silence with zeros, and passes over what lies outside", () => {
    const minute = (at: string, admitted: number) => ({ at, admitted, delivered: 0, refused: 0 });
    const [times, admitted] = inSteps([minute("2026-11-28T02:01:00Z", 3), minute("2026-11-28T02:04:00Z", 4), minute("2026-11-20T02:04:00Z", 9)], "2026-11-28T02:09:30Z");
    expect(times).toHaveLength(288);
    expect(admitted.reduce((all, one) => all + one)).toBe(7);
    expect(admitted.at(-2)).toBe(7);
  });
});

describe("the longest lag", () => {
  it("is unknown as soon as one group could not be asked: unknown is not zero", () => {
    expect(worstLag({ lag: [{ group: "a", messages: 1, seconds: 3 }, { group: "b", messages: 9, seconds: 0.5 }] })).toBe(3);
    expect(worstLag({ lag: [{ group: "a", messages: null, seconds: null }] })).toBeNull();
    expect(worstLag({ lag: null })).toBeNull();
  });
});

describe("a comparison of schemas", () => {
  it("marks lines that went and lines that came", () => {
    expect(diff("a\nb\nc", "a\nx\nc").map((line) => line.mark + line.text)).toEqual([" a", "-b", "+x", " c"]);
  });

  it("gives back both texts", () => {
    const [before, after] = ["{\n1\n2\n}", "{\n2\n3\n}"];
    const lines = diff(before, after);
    expect(lines.filter((line) => line.mark !== "+").map((line) => line.text).join("\n")).toBe(before);
    expect(lines.filter((line) => line.mark !== "-").map((line) => line.text).join("\n")).toBe(after);
  });
});
