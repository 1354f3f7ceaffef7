import { existsSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** What is inside the built files, with the file that has its licence. */
const SHIPPED = ["preact", "@preact/signals", "@preact/signals-core", "uplot", "@fontsource/be-vietnam-pro"];
const NAMES = ["LICENSE", "LICENSE.md", "LICENSE.txt"];

/** Put the licences of all that is shipped beside it: MIT and OFL ask for it. */
export function licences(): Plugin {
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: SHIPPED.map(licence).join("\n\n") });
    },
  };
}

function licence(name: string): string {
  const root = new URL(`./node_modules/${name}/`, import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
  const file = NAMES.map((one) => new URL(one, root)).find((one) => existsSync(one));
  if (!file) throw new Error(`${name} has no licence file`);
  return `== ${name} ${version}\n\n${readFileSync(file, "utf8").trim()}\n`;
}
