import type { Flow, Way } from "../../api/shapes";
import { Table, type Column } from "../../design/Table";
import { count } from "../../design/Time";
import { words } from "../../words";
import { NOWHERE } from "./flow-layout";
import { nameOf } from "./FlowMap";

/** The same figures for whoever cannot see the map, or wants to read them. */
export function FlowTable({ flow }: { readonly flow: Flow }) {
  const text = words.value.overview;
  const number = (key: "admitted" | "delivered" | "refused" | "dead_letter", title: string): Column<Way> => ({ key, title, number: true, cell: (way) => count(way[key]) });
  const columns: readonly Column<Way>[] = [
    { key: "from", title: text.from, cell: (way) => nameOf(way.origin, way.origin_name, flow.by) },
    { key: "to", title: text.to, cell: (way) => nameOf(way.to ?? NOWHERE, way.to_name, flow.by) },
    number("admitted", text.admitted), number("delivered", text.arrived), number("refused", text.refused), number("dead_letter", text.deadLetters),
  ];
  return (
    <>
      <Table label={text.flow} columns={columns} rows={flow.ways} id={(way) => `${way.origin}>${way.to}`} />
      {flow.left_out > 0 && <p class="soft small">{text.waysLeftOut(count(flow.left_out))}</p>}
    </>
  );
}
