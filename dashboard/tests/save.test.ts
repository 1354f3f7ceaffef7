import { afterEach, describe, expect, it, vi } from "vitest";
import { save } from "../src/screens/directory/save";

const CHANGE = { change: "put_organisation", id: "xa-mau" };

/** Answer as the hub does; return what it was asked. */
function hub(...answers: readonly (readonly [number, object])[]): string[] {
  const asked: string[] = [];
  const left = [...answers];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(new URL(request.url).pathname);
    const [status, body] = left.shift() ?? [500, {}];
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("a change of the directory", () => {
  it("is written at once where one person is enough", async () => {
    const asked = hub([200, {}]);
    await save(CHANGE, "Mẫu", false);
    expect(asked).toEqual(["/v1/admin/changes"]);
  });

  it("waits for a second person where somebody wants it so, and nothing is written", async () => {
    const asked = hub([200, {}]);
    await save(CHANGE, "Mẫu", true);
    expect(asked).toEqual(["/v1/admin/proposals"]);
  });

  it("waits for a second person where the hub demands it", async () => {
    const asked = hub([409, { code: "second_person_needed" }], [200, {}]);
    await save(CHANGE, "Mẫu", false);
    expect(asked).toEqual(["/v1/admin/changes", "/v1/admin/proposals"]);
  });

  it("is not asked for where the hub refuses it for another reason", async () => {
    const asked = hub([409, { code: "cycle" }]);
    await expect(save(CHANGE, "Mẫu", false)).rejects.toMatchObject({ problem: { code: "cycle" } });
    expect(asked).toEqual(["/v1/admin/changes"]);
  });
});
