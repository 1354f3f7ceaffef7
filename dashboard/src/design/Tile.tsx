import { Link } from "../app/Link";
import type { Tone } from "./Badge";
import "./tile.css";

interface Props {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly tone: Tone;
  /** None: it stands where nobody can follow it. */
  readonly to?: string | undefined;
}

/** A number that leads to what it counts; it stands in a list of the class `tiles`. */
export function Tile({ name, value, note, tone, to }: Props) {
  return (
    <li class={`tile tile-${tone}`}>
      {to ? <Link href={to}><Inside name={name} value={value} note={note} /></Link> : <div class="tile-plain"><Inside name={name} value={value} note={note} /></div>}
    </li>
  );
}

function Inside({ name, value, note }: Pick<Props, "name" | "value" | "note">) {
  return <><span class="tile-name">{name}</span><strong class="tile-value">{value}</strong>{note && <span class="small soft">{note}</span>}</>;
}
