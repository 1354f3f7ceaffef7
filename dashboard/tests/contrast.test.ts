// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../src/design/tokens.css", import.meta.url), "utf8");

/** The colours of a theme; the dark one changes what the light one has set. */
function colours(selector: string): Record<string, string> {
  const body = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries([...body.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours by WCAG 2.2. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["ground", "surface", "raised", "sunken"];
const TEXT_PAIRS = [
  ...GROUNDS.flatMap((ground) => [["text", ground], ["text-soft", ground], ["accent", ground]]),
  ...["good", "warn", "bad", "info", "accent"].map((tone) => [tone, `${tone}-soft`]),
  ...["good", "warn", "bad", "info"].map((tone) => [tone, "surface"]),
  ...["warn-soft", "bad-soft", "good-soft"].map((ground) => ["text", ground]),
  ["on-accent", "accent"],
];
const SHAPE_PAIRS = [["line-strong", "surface"], ["line-strong", "ground"], ["focus", "surface"], ["focus", "ground"], ["focus", "accent-soft"]];

const light = colours(":root");
const themes = { light, dark: { ...light, ...colours(':root[data-theme="dark"]') } };

describe.each(Object.entries(themes))("colours of the %s theme", (_, theme) => {
  it.each(TEXT_PAIRS)("let %s be read on %s (4.5:1)", (text, ground) => {
    expect(contrast(theme[text ?? ""] ?? "", theme[ground ?? ""] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPE_PAIRS)("let %s be seen on %s (3:1)", (shape, ground) => {
    expect(contrast(theme[shape ?? ""] ?? "", theme[ground ?? ""] ?? "")).toBeGreaterThanOrEqual(3);
  });
});
