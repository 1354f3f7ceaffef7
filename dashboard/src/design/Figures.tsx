import { isInstant, isNumber, told, type Row } from "../api/cells";
import { named, words } from "../words";
import { Table, type Column } from "./Table";
import { Time } from "./Time";

interface Props {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly more?: readonly Column<Row>[];
  /** A row as its cells show it, where that is not as it was told. */
  readonly shown?: ((row: Row) => Row) | undefined;
}

/** A table of figures: columns by their names, numbers to the right, instants as times. */
export function Figures({ label, columns, rows, more = [], shown = (row) => row }: Props) {
  const cells = columns.map((key): Column<Row> => ({
    key, title: named(words.value.figures, key), number: isNumber(key, rows),
    cell: (row) => cellOf(key, shown(row)[key]),
  }));
  const places = new Map(rows.map((row, index) => [row, index]));
  return <Table label={label} columns={[...cells, ...more]} rows={rows} id={(row) => String(places.get(row))} />;
}

function cellOf(column: string, value: unknown) {
  return isInstant(column) && typeof value === "string" ? <Time at={value} /> : told(column, value);
}
