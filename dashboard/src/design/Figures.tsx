import { isInstant, isNumber, told, type Row } from "../api/cells";
import { named, words } from "../words";
import { Table, type Column } from "./Table";
import { Time } from "./Time";

interface Props {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly more?: readonly Column<Row>[];
}

/** A table of figures: columns by their names, numbers to the right, instants as times. */
export function Figures({ label, columns, rows, more = [] }: Props) {
  const shown = columns.map((key): Column<Row> => ({
    key, title: named(words.value.figures, key), number: isNumber(key, rows),
    cell: (row) => (isInstant(key) && typeof row[key] === "string" ? <Time at={row[key]} /> : told(key, row[key])),
  }));
  const places = new Map(rows.map((row, index) => [row, index]));
  return <Table label={label} columns={[...shown, ...more]} rows={rows} id={(row) => String(places.get(row))} />;
}
