/** One line of a comparison: in both, only before, or only after. */
export interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Return what changed from one text to another, line by line (longest common subsequence). */
export function diff(before: string, after: string): readonly Line[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const common = lengths(a, b);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [down, right] = [common[i + 1]?.[j] ?? 0, common[i]?.[j + 1] ?? 0];
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: " ", text: a[i] ?? "" });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || down >= right)) {
      lines.push({ mark: "-", text: a[i] ?? "" });
      i += 1;
    } else {
      lines.push({ mark: "+", text: b[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}

/** Return the length of the longest common end of both texts from each pair of lines on. */
function lengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row) row[j] = a[i] === b[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

/** One row of two texts side by side; null where the other side has a line more. */
export interface Row {
  readonly before: string | null;
  readonly after: string | null;
  readonly same: boolean;
}

/** Return two texts as rows: what was taken out stands beside what was put in its place. */
export function rowsOf(lines: readonly Line[]): readonly Row[] {
  const rows: Row[] = [];
  let [out, put]: [string[], string[]] = [[], []];
  const flush = () => {
    for (let i = 0; i < Math.max(out.length, put.length); i += 1) rows.push({ before: out[i] ?? null, after: put[i] ?? null, same: false });
    [out, put] = [[], []];
  };
  for (const { mark, text } of lines) {
    if (mark === "-") out.push(text);
    else if (mark === "+") put.push(text);
    else {
      flush();
      rows.push({ before: text, after: text, same: true });
    }
  }
  flush();
  return rows;
}

/** Return the rows in runs: those near a change, and those between, which a person need not read. */
export function runsOf(rows: readonly Row[], around: number): readonly { readonly far: boolean; readonly rows: readonly Row[] }[] {
  const near = rows.map((_, index) => rows.slice(Math.max(0, index - around), index + around + 1).some((row) => !row.same));
  const runs: { far: boolean; rows: Row[] }[] = [];
  for (const [index, row] of rows.entries()) {
    const far = !near[index];
    const last = runs.at(-1);
    if (last && last.far === far) last.rows.push(row);
    else runs.push({ far, rows: [row] });
  }
  return runs;
}

/** Return a JSON value with its members in another's order: what only moved has not changed. */
export function inOrderOf(model: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one, index) => inOrderOf(Array.isArray(model) ? model[index] : undefined, one));
  if (!isObject(value)) return value;
  const first = isObject(model) ? model : {};
  const names = [...Object.keys(first).filter((name) => Object.hasOwn(value, name)), ...Object.keys(value).filter((name) => !Object.hasOwn(first, name))];
  return Object.fromEntries(names.map((name) => [name, inOrderOf(Object.hasOwn(first, name) ? first[name] : undefined, value[name])]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
