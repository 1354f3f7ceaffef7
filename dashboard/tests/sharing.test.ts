import { describe, expect, it } from "vitest";
import { publicPart } from "../src/screens/onboarding/key";
import { stateOf } from "../src/screens/onboarding/stages";
import { Broken, conditionsOf, lineOf } from "../src/screens/shares/conditions";

describe("conditions of a subscription", () => {
  it("are read as they are typed, and shown so that they could be typed again", () => {
    const typed = ["level = commune, district", "days = 5..30", "fee = ..100", "online = true", 'code = "12", "true"'];
    const read = conditionsOf(typed.join("\n"));
    expect(read[1]).toEqual({ fact: "days", at_least: 5, at_most: 30 });
    expect(read[3]).toEqual({ fact: "online", one_of: [true] });
    expect(read[4]).toEqual({ fact: "code", one_of: ["12", "true"] });
    expect(read.map((one) => lineOf({ one_of: [], ...one }))).toEqual(typed);
  });

  it.each(["level", "= 5", "days = ..", "Level = a"])("%s is named as a line that is not understood", (line) => {
    expect(() => conditionsOf(`online = true\n${line}`)).toThrow(Broken);
  });
});

describe("the public part of a key", () => {
  it("never takes a private member along", () => {
    const text = JSON.stringify({ system: "a", alg: "ES256", proof: "p", jwk: { kty: "EC", x: "1", d: "secret" } });
    expect(publicPart(text)?.jwk).toEqual({ kty: "EC", x: "1" });
  });

  it.each(["", "{}", "[]", "null", '{"system":"a"}'])("%s is none", (text) => {
    expect(publicPart(text)).toBeNull();
  });
});

describe("the steps of onboarding", () => {
  it("have one that is to be done now, until all are done", () => {
    expect([stateOf("registered", "keyed"), stateOf("conforming", "keyed"), stateOf("submitted", "keyed")]).toEqual(["done", "now", "later"]);
    expect(stateOf("in_production", "in_production")).toBe("done");
  });
});
