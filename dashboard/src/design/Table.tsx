import type { ComponentChildren } from "preact";

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly number?: boolean;
  readonly cell: (row: T) => ComponentChildren;
}

interface Props<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly id: (row: T) => string;
}

/** A table on a desk, a list of cards on a phone. `j` and `k` move between its rows' first links. */
export function Table<T>({ label, columns, rows, id }: Props<T>) {
  return (
    <div class="table-frame">
      <table class="table" aria-label={label} data-rows>
        <thead>
          <tr>{columns.map((column) => <th key={column.key} scope="col" class={classOf(column)}>{column.title}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((column) => (
                <td key={column.key} data-label={column.title} class={classOf(column)}><div>{column.cell(row)}</div></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<T>(column: Column<T>): string | undefined {
  return column.number ? "number" : undefined;
}
