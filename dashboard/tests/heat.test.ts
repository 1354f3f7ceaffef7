import { describe, expect, it } from "vitest";
import { busiest, stepOf } from "../src/screens/overview/heat";

describe("the square of pairs", () => {
  it("has the busiest of each side first, and no more than can be seen", () => {
    const ways = Array.from({ length: 40 }, (_, n) => ({ origin: `mau-${n % 20}`, admitted: n }));
    const found = busiest(ways, (way) => way.origin);
    expect(found).toHaveLength(15);
    expect(found[0]).toBe("mau-19");
  });

  it("is darker the more there is, and empty where there is nothing", () => {
    const steps = [0, 1, 10, 100, 1_000].map((value) => stepOf(value, 1_000));
    expect(steps[0]).toBe(0);
    expect(steps[4]).toBe(4);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(stepOf(1, 1)).toBeGreaterThan(0);
  });
});
