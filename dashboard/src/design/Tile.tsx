import { Link } from "../app/Link";
import type { Tone } from "./Badge";
import "./tile.css";

interface Props {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly tone: Tone;
  readonly to: string;
}

/** A number that leads to what it counts; it stands in a list of the class `tiles`. */
export function Tile({ name, value, note, tone, to }: Props) {
  return (
    <li class={`tile tile-${tone}`}>
      <Link href={to}><span class="tile-name">{name}</span><strong class="tile-value">{value}</strong>{note && <span class="small soft">{note}</span>}</Link>
    </li>
  );
}
