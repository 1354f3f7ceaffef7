import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask, at, csrf, inBackground, renewSessionBy, withQuery } from "../src/api/http";
import { Failed, UNREACHABLE } from "../src/api/problem";

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const answers = vi.fn<(request: Request) => Promise<Response>>();

beforeEach(() => {
  vi.stubGlobal("fetch", answers);
  csrf.value = "token-1";
  renewSessionBy(() => Promise.resolve(false));
});
afterEach(() => {
  vi.unstubAllGlobals();
  answers.mockReset();
});

describe("a call to the hub", () => {
  it("carries the CSRF token when it changes something, and only then", async () => {
    answers.mockImplementation(() => Promise.resolve(json(200, {})));
    await ask("POST", "/ops/views", { body: {} });
    await ask("GET", "/ops/views");
    expect(answers.mock.calls.map(([request]) => request.headers.get("x-csrf-token"))).toEqual(["token-1", null]);
  });

  it("is made once more with the same body and the new token after the session was renewed", async () => {
    answers.mockResolvedValueOnce(json(401, { code: "unauthorized" })).mockResolvedValueOnce(json(200, { done: true }));
    renewSessionBy(() => {
      csrf.value = "token-2";
      return Promise.resolve(true);
    });
    expect(await ask("POST", "/ops/retry-jobs", { body: { reason: "Mẫu" } })).toEqual({ done: true });
    const second = answers.mock.calls[1]?.[0];
    expect(second?.headers.get("x-csrf-token")).toBe("token-2");
    expect(await second?.json()).toEqual({ reason: "Mẫu" });
  });

  it("fails with 401 when nobody signs in again, and is not repeated", async () => {
    answers.mockResolvedValueOnce(json(401, { code: "unauthorized" }));
    await expect(ask("GET", "/ops/overview")).rejects.toMatchObject({ problem: { status: 401 } });
    expect(answers).toHaveBeenCalledTimes(1);
  });

  it("does not ask to sign in again when the sign-in itself is refused", async () => {
    const renew = vi.fn(() => Promise.resolve(true));
    renewSessionBy(renew);
    answers.mockResolvedValueOnce(json(401, { code: "unauthorized" }));
    await expect(ask("POST", "/ops/session", { body: {} })).rejects.toBeInstanceOf(Failed);
    expect(renew).not.toHaveBeenCalled();
  });

  it("says that the hub is out of reach, whatever stands between", async () => {
    answers.mockRejectedValueOnce(new TypeError("network"));
    await expect(ask("GET", "/ops/me")).rejects.toMatchObject({ problem: { code: UNREACHABLE, status: 0 } });
    answers.mockResolvedValueOnce(new Response("<html>Bad gateway</html>", { status: 502 }));
    await expect(ask("GET", "/ops/me")).rejects.toMatchObject({ problem: { code: UNREACHABLE, status: 502 } });
  });

  it("says when the page makes it by itself", async () => {
    answers.mockImplementation(() => Promise.resolve(json(200, {})));
    const { signal: stop } = new AbortController();
    inBackground(stop);
    await ask("GET", "/ops/overview", { stop });
    expect(answers.mock.calls[0]?.[0].headers.get("x-hub-background")).toBe("1");
  });
});

describe("an address", () => {
  it("leaves out what narrows nothing", () => {
    expect(withQuery("/ops/messages", { key: "H99 & Mẫu", state: "", after: null, exact: false })).toBe("/ops/messages?key=H99+%26+M%E1%BA%ABu&exact=false");
  });

  it("holds any name in one part of the path", () => {
    expect(at`/ops/messages/${"a/b"}/${"?x#"}`).toBe("/ops/messages/a%2Fb/%3Fx%23");
  });
});
