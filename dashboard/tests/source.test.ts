// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../src", import.meta.url).pathname;
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.(tsx?|css|html)$/.test(name));
const sources = files.map((name) => [name, readFileSync(join(root, name), "utf8")] as const);

/** Lines of a file where a pattern stands, for a message that leads there. */
function found(pattern: RegExp): string[] {
  return sources.flatMap(([name, text]) => text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${name}:${index + 1}`] : [])));
}

describe("the source", () => {
  it("is there", () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it("never makes markup or code of a text: what agencies write stays text", () => {
    expect(found(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/)).toEqual([]);
  });

  it("writes no style attribute: the CSP forbids it", () => {
    expect(found(/style=["']|setAttribute\(["']style/)).toEqual([]);
  });

  it("names no address elsewhere, except the name space of SVG", () => {
    expect(found(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/)).toEqual([]);
  });
});
