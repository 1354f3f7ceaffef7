import { beforeEach, describe, expect, it } from "vitest";
import { filter, go, href, match, place } from "../src/app/router";

beforeEach(() => go(href("/messages")));

describe("the router", () => {
  it("finds parameters in a path, decoded", () => {
    expect(match("/messages/:source/:id", "/messages/so-mau/a%2Fb")).toEqual({ source: "so-mau", id: "a/b" });
    expect(match("/messages/:source/:id", "/messages/so-mau")).toBeNull();
    expect(match("/connectors/:name", "/routes/so-mau")).toBeNull();
  });

  it("takes a broken escape for no place", () => {
    expect(match("/connectors/:name", "/connectors/%E0%A4%A")).toBeNull();
  });

  it("keeps filters in the address, and a tab's own", () => {
    filter({ key: "H99.22 mẫu", state: "refused" });
    expect(place.value.query).toEqual({ key: "H99.22 mẫu", state: "refused" });
    expect(window.location.pathname + window.location.search).toBe(href("/messages", { key: "H99.22 mẫu", state: "refused" }));
    filter({ state: "" });
    expect(place.value.query).toEqual({ key: "H99.22 mẫu" });
  });

  it("does not carry filters to another screen", () => {
    filter({ key: "H99" });
    go(href("/connectors"));
    expect(place.value).toEqual({ path: "/connectors", query: {} });
  });
});
