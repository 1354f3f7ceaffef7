import { afterEach, describe, expect, it } from "vitest";
import { heard, hubNow } from "../src/api/clock";

const YEARS = 10 * 365 * 86_400_000;

describe("the hub's time", () => {
  afterEach(() => heard(new Date().toUTCString()));

  it("is told by its answers where this machine's clock is years off", () => {
    heard(new Date(Date.now() + YEARS).toUTCString());
    expect(Math.abs(hubNow() - Date.now() - YEARS)).toBeLessThan(2_000);
  });

  it("is this machine's where they differ by seconds, or nothing is told", () => {
    heard(new Date(Date.now() + 3_000).toUTCString());
    heard(null);
    heard("no date");
    expect(Math.abs(hubNow() - Date.now())).toBeLessThan(100);
  });
});
