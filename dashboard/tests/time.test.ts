import { describe, expect, it } from "vitest";
import { absolute, duration, offsetOf, relative } from "../src/design/Time";

const AT = Date.parse("2026-11-28T20:30:05Z");

describe("times", () => {
  it("are shown in the zone that was chosen: the day may differ", () => {
    expect(absolute(AT, "vi", "Asia/Ho_Chi_Minh")).toBe("29/11/2026 03:30:05");
    expect(absolute(AT, "en", "UTC")).toBe("28/11/2026 20:30:05");
  });

  it("are told relative to now in the largest unit that fits, also ten years off", () => {
    expect(relative(AT - 185_000, AT, "en")).toBe("3 minutes ago");
    expect(relative(AT + 7_200_000, AT, "vi")).toBe("sau 2 giờ nữa");
    expect(relative(AT - 3652 * 86_400_000, AT, "en")).toBe("3,652 days ago");
  });

  it("have an offset as RFC 3339 writes it", () => {
    expect(offsetOf("Asia/Ho_Chi_Minh", AT)).toBe("+07:00");
    expect(offsetOf("UTC", AT)).toBe("+00:00");
  });
});

describe("spans of time", () => {
  it.each([[0.05, "50 ms"], [3.24, "3.2 s"], [250, "4 min 10 s"], [7_500, "2 h 5 min"], [273_600, "3 d 4 h"], [Number.NaN, "–"]])("of %d s are told as %s", (seconds, told) => {
    expect(duration(seconds, "en")).toBe(told);
  });
});
