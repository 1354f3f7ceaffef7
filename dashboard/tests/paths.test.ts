// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../src", import.meta.url).pathname;
const read = (name: string) => readFileSync(join(root, name), "utf8");

/** The paths of the API's OpenAPI document, with `{}` for every parameter. */
const known = new Set([...read("api/schema.d.ts").matchAll(/^ {4}readonly "(\/[^"]+)":/gm)].map(([, path]) => path?.replace(/\{[^}]+\}/g, "{}") ?? ""));
/** Signs in at an identity provider; an address for the browser itself, which the document leaves out where there is none. */
const FOR_THE_BROWSER = ["/ops/oidc/start"];

/** Every path of the hub that the source names, and where. */
const named = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith("schema.d.ts"))
  .flatMap((name) => {
    const lines = read(name).split("\n").filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line));
    return [...lines.join("\n").matchAll(/["`](\/(?:ops|v1)\/[^"`]*)/g)].map(([, path = ""]) => [path.replace(/\$\{[^}]*\}?/g, "{}"), name] as const);
  });

/** Whether the hub has a path, or (where an order is put behind it) paths that begin so. */
function exists(path: string): boolean {
  const open = path.replace(/\{\}$/, "");
  const collection = path.replace(/^\/v1\/admin\/(organisations|schemas|codes)\b/, "/v1/admin/{}").replace(/^\/ops\/alerts\/rules$/, "/ops/alerts/{}");
  return known.has(path) || known.has(collection) || [...known].some((one) => one === open || (open !== path && one.startsWith(open)) || one.startsWith(`${path}:`));
}

describe("the paths that the console asks for", () => {
  it("are there", () => {
    expect(known.size).toBeGreaterThan(50);
    expect(named.length).toBeGreaterThan(50);
  });

  it.each(named)("%s (%s) are in the hub's OpenAPI document", (path) => {
    expect(FOR_THE_BROWSER.includes(path) || exists(path)).toBe(true);
  });
});
