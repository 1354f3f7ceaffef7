import { describe, expect, it } from "vitest";
import { configOf, masked, settingsOf, shownIn, Unreadable } from "../src/screens/connectors/config";

const schema = {
  type: "object",
  required: ["url", "secret"],
  properties: {
    url: { type: "string", title: "Endpoint", "x-title-vi": "Địa chỉ nhận" },
    secret: { type: "string", format: "secret-reference" },
    more_secrets: { type: "array", items: { type: "string", format: "secret-reference" }, default: [] },
    seconds: { type: "number", default: 20 },
    password: { anyOf: [{ type: "string", format: "secret-reference" }, { type: "null" }], default: null },
    codes: { type: "array", items: { type: "string" }, default: ["0"] },
    strict: { type: "boolean", default: true },
    way: { type: "string", enum: ["outbox", "water"] },
    callers: { type: "object", additionalProperties: { type: "string", format: "secret-reference" } },
  },
};
const settings = settingsOf(schema);
const kindOf = (name: string) => settings.find((one) => one.name === name)?.kind;

describe("a configuration form", () => {
  it("asks for each setting in the way that fits it", () => {
    expect(Object.keys(schema.properties).map(kindOf)).toEqual(["text", "secret", "json", "number", "secret", "lines", "yes-no", "choice", "json"]);
    expect(settings[0]?.title).toEqual({ vi: "Địa chỉ nhận", en: "Endpoint" });
  });

  it("gives back what it was given, unchanged", () => {
    const config = { url: "https://10.0.0.1/nhan", secret: "env:MAU", more_secrets: ["env:CU"], seconds: 2.5, codes: ["0", "00"], strict: false, way: "water", callers: { a: "env:A" } };
    const fields = Object.fromEntries(settings.map((one) => [one.name, shownIn(one, (config as Record<string, unknown>)[one.name])]));
    expect(configOf(settings, fields)).toEqual(config);
  });

  it("leaves out what is empty, so that the adapter's own default counts", () => {
    expect(configOf(settings, { url: "https://x", secret: "env:MAU", strict: "true" })).toEqual({ url: "https://x", secret: "env:MAU", strict: true, codes: [] });
  });

  it("names the setting that cannot be read", () => {
    expect(() => configOf(settings, { callers: "{no" })).toThrow(Unreadable);
    expect(() => configOf(settings, { seconds: "soon" })).toThrow("seconds");
  });
});

describe("a configuration that is shown", () => {
  it("tells of secrets only where they are kept, at any depth", () => {
    const shown = masked({ url: "u", secret: "env:MAU", more_secrets: ["vault:a#b"], password: "file:pw", callers: { a: "env:A" } }, schema);
    expect(shown).toEqual({ url: "u", secret: "env:••••", more_secrets: ["vault:••••"], password: "file:••••", callers: { a: "env:••••" } });
  });
});
