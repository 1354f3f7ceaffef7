import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followLive, liveState, liveWanted, onChange, refreshOnChange } from "../src/api/live";

class FakeSource {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 0;
  onopen: () => void = () => undefined;
  onerror: () => void = () => undefined;
  readonly heard = new Map<string, (event: { data: string }) => void>();
  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }
  addEventListener(name: string, listener: (event: { data: string }) => void): void {
    this.heard.set(name, listener);
  }
  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
}

const last = () => FakeSource.made.at(-1) ?? expect.fail("no stream was opened");
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  FakeSource.made = [];
  liveWanted.value = true;
  end = followLive();
});
afterEach(() => {
  end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live stream", () => {
  it("says that it is live, and that it reconnects", () => {
    last().onopen();
    expect(liveState.value).toBe("live");
    last().onerror();
    expect(liveState.value).toBe("reconnecting");
  });

  it("opens anew when the browser has given up, and then lets lists be read anew", () => {
    const heard = vi.fn();
    const forget = onChange(heard);
    last().onopen();
    last().close();
    last().onerror();
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.made).toHaveLength(2);
    last().onopen();
    expect(heard.mock.calls).toEqual([[null]]);
    forget();
  });

  it("waits longer after each failure, and never longer than 15 seconds", () => {
    for (const wait of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      const before = FakeSource.made.length;
      last().close();
      last().onerror();
      vi.advanceTimersByTime(wait - 1);
      expect(FakeSource.made).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(FakeSource.made).toHaveLength(before + 1);
    }
  });

  it("is closed while a person has paused it", () => {
    const open = last();
    liveWanted.value = false;
    expect([open.readyState, liveState.value]).toEqual([FakeSource.CLOSED, "off"]);
  });

  it("refreshes at most once in a while, and only for what concerns the page", () => {
    const refresh = vi.fn();
    const forget = refreshOnChange(refresh, 3_000, (change) => change.source === "so-mau");
    const tell = (source: string) => last().heard.get("change")?.({ data: JSON.stringify({ source }) });
    for (let many = 0; many < 500; many += 1) tell("so-mau");
    vi.advanceTimersByTime(3_000);
    expect(refresh).toHaveBeenCalledTimes(1);
    tell("another");
    vi.advanceTimersByTime(3_000);
    expect(refresh).toHaveBeenCalledTimes(1);
    forget();
  });
});
