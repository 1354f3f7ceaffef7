import { describe, expect, it } from "vitest";
import { dictionaries, named } from "../src/words";

type Tree = { readonly [key: string]: unknown };

/** Every place in a dictionary, with what stands there: `text`, or `function/2` by its parameters. */
function places(tree: Tree, above = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = `${above}.${key}`;
    if (typeof value === "string") found.set(path, "text");
    else if (typeof value === "function") found.set(path, `function/${value.length}`);
    else for (const [inner, kind] of places(value as Tree, path)) found.set(inner, kind);
  }
  return found;
}

function texts(tree: Tree): string[] {
  return Object.values(tree).flatMap((value) => {
    if (typeof value === "string") return [value];
    if (typeof value === "function") return [String(value(...Array.from({ length: value.length }, () => "7")))];
    return texts(value as Tree);
  });
}

describe("words", () => {
  it("have every text in both languages, with the same parameters", () => {
    expect([...places(dictionaries.en)].sort()).toEqual([...places(dictionaries.vi)].sort());
  });

  it("are never empty", () => {
    for (const dictionary of Object.values(dictionaries)) {
      expect(texts(dictionary).filter((text) => text.trim() === "")).toEqual([]);
    }
  });

  it("are composed (NFC), as the hub's own texts", () => {
    expect(texts(dictionaries.vi).filter((text) => text !== text.normalize("NFC"))).toEqual([]);
  });

  it("differ between the languages, except for what has one name everywhere", () => {
    const [vi, en] = [texts(dictionaries.vi), texts(dictionaries.en)];
    expect(vi.filter((text, index) => text === en[index])).toEqual(["SHA-256", "JSON"]);
  });

  it("show an unknown code as it is, also one that every object has", () => {
    expect(named(dictionaries.vi.states, "quite_new")).toBe("quite_new");
    expect(named(dictionaries.vi.states, "constructor")).toBe("constructor");
  });
});
