/** Return what stands in a field of several lines, one value on each. */
export function linesOf(text: string): readonly string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}
