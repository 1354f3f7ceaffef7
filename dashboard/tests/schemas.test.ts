import { describe, expect, it } from "vitest";
import type { Impact } from "../src/api/shapes";
import { diff, inOrderOf, rowsOf, runsOf } from "../src/design/diff";
import { following } from "../src/screens/schemas/Candidate";
import { share, together } from "../src/screens/schemas/impact";
import { families } from "../src/screens/schemas/Schemas";

const NOW = Date.parse("2026-11-29T00:00:00Z");

function part(system: string, broken: number, next: string | null): Impact {
  const rules = broken ? [{ rule: "required at the root: content", messages: broken }] : [];
  const example = { id: `${system}-mau`, at: "2026-11-28T00:00:00Z", keyword: "required", pointer: "", rule: "content", found: null };
  return {
    type: "vn.gov.dossier.step.v1", looked_at: 10, broken, gone: 1, takers: [], incompatible: [],
    senders: [{ system, messages: 10, broken, rules, examples: broken ? [example, example] : [] }],
    recipients: broken ? [{ system: "cong-mau", broken }] : [],
    next: next === null ? null : { at: next, source: system, id: "mau" },
  };
}

describe("two texts side by side", () => {
  it("put what was taken out beside what came in its place, and leave a gap for the rest", () => {
    const rows = rowsOf(diff("a\nb\nc", "a\nx\ny\nc"));
    expect(rows.map((row) => [row.before, row.after])).toEqual([["a", "a"], ["b", "x"], [null, "y"], ["c", "c"]]);
  });

  it("fold away what is far from a change, and lose no line", () => {
    const text = Array.from({ length: 40 }, (_, line) => `line ${line}`);
    const runs = runsOf(rowsOf(diff(text.join("\n"), text.with(20, "changed").join("\n"))), 3);
    expect(runs.map((run) => [run.far, run.rows.length])).toEqual([[true, 17], [false, 7], [true, 16]]);
  });
});

describe("the members of an object", () => {
  it("stand in the order of the other one, and none is lost, whatever its name", () => {
    const [before, after] = [{ b: { y: 1, x: [{ q: 1, p: 2 }] }, a: 2 }, { new: 0, a: 3, b: { x: [{ p: 2, q: 1 }], y: 1 }, constructor: 7 }];
    const found = inOrderOf(before, after);
    expect(found).toEqual(after);
    expect(JSON.stringify(found)).toBe('{"b":{"y":1,"x":[{"q":1,"p":2}]},"a":3,"new":0,"constructor":7}');
  });
});

describe("an impact", () => {
  it("is the sum of its parts, by sender and recipient", () => {
    const sum = together(together(together(null, part("b", 2, "2026-11-28T00:00:00Z")), part("a", 0, "2026-11-27T00:00:00Z")), part("b", 3, null));
    expect([sum.looked_at, sum.broken, sum.gone]).toEqual([30, 5, 3]);
    expect(sum.senders.map((one) => [one.system, one.messages, one.broken])).toEqual([["a", 10, 0], ["b", 20, 5]]);
    expect(sum.senders[1]?.rules).toEqual([{ rule: "required at the root: content", messages: 5 }]);
    expect(sum.senders[1]?.examples).toHaveLength(3);
    expect(sum.recipients).toEqual([{ system: "cong-mau", broken: 5 }]);
  });

  it("tells how far back it has looked, and never that it is done before it is", () => {
    expect(share(part("a", 0, "2026-11-28T00:00:00Z"), 2, NOW)).toBeCloseTo(0.5);
    expect(share(part("a", 0, "2020-01-01T00:00:00Z"), 2, NOW)).toBeLessThan(1);
    expect(share(part("a", 0, null), 2, NOW)).toBe(1);
  });
});

describe("versions", () => {
  it("stand together by name and major number, the newest first, drafts among them", () => {
    const version = (name: string, state: string) => ({ id: 1, guid: "mau", name, subject: "mau", state, author: null, at: null }) as never;
    const found = families([], [version("mau:1.0", "approved"), version("mau:1.1", "draft"), version("mau:2.0", "draft")]);
    expect(found.map((one) => [one.name, one.versions.map((each) => each.name)])).toEqual([["mau:1", ["mau:1.1", "mau:1.0"]], ["mau:2", ["mau:2.0"]]]);
  });

  it("are followed by the next minor number", () => {
    expect(following({ $id: "urn:hub:schema:dossier.step:1.9", type: "object" })).toEqual({ $id: "urn:hub:schema:dossier.step:1.10", type: "object" });
  });
});
