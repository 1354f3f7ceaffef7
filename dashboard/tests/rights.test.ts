import { afterEach, describe, expect, it } from "vitest";
import { readOnly, stopped } from "../src/app/read-only";
import { mayDo, session } from "../src/app/session";
import { filledFrom } from "../src/app/fields";
import type { Me } from "../src/api/shapes";

const given = (role: string, organisation: string | null = null) => ({ role, organisation, types: null, vi: role, en: role });
const enter = (...roles: ReturnType<typeof given>[]) => {
  session.value = { kind: "in", me: { name: "an", roles } as unknown as Me };
};

afterEach(() => {
  session.value = { kind: "out" };
  readOnly.value = null;
});

describe("what somebody may do", () => {
  it("is what the roles hold, as in the table of the hub", () => {
    enter(given("operator"));
    expect(mayDo("PUT /ops/alerts/rules/{name}")).toBe(true);
    expect(mayDo("PUT /ops/limits/{procedure}")).toBe(false);
    expect(mayDo("change put_connector")).toBe(false);
  });

  it("is less within one organisation: only calls that narrow what they show", () => {
    enter(given("operator", "xa-mau"));
    expect(mayDo("GET /ops/messages")).toBe(true);
    expect(mayDo("POST /ops/retry-jobs")).toBe(false);
  });

  it("is nothing for nobody, and what is everybody's for whoever is in", () => {
    expect(mayDo("POST /ops/views")).toBe(false);
    enter();
    expect(mayDo("POST /ops/views")).toBe(true);
  });
});

describe("read-only mode", () => {
  it("stops what changes something, and not its own switch", () => {
    expect(stopped("POST /ops/retry-jobs")).toBe(false);
    readOnly.value = { on: true, fixed: false, by: "quan", at: "2026-11-28T02:00:00Z" };
    expect(stopped("POST /ops/retry-jobs")).toBe(true);
    expect(stopped("POST /ops/read-only")).toBe(false);
    expect(stopped("GET /ops/messages")).toBe(false);
  });
});

describe("a form", () => {
  it("begins with the row, and with nothing where the row has none", () => {
    const first = { name: "", days: "5", warn: "2" };
    expect(filledFrom(first, null)).toEqual(first);
    expect(filledFrom(first, { name: "Mẫu", days: null, warn: 3 })).toEqual({ name: "Mẫu", days: "", warn: "3" });
  });
});
