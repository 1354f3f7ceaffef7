import { diff } from "./diff";
import "./difference.css";

interface Props {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** What differs between two texts, line by line: marked by a sign as well as by colour. */
export function Difference({ label, before, after }: Props) {
  return (
    <pre tabIndex={0} aria-label={label}>
      {diff(before, after).map((line, index) => <span key={index} class={`diff-line diff-${line.mark === "+" ? "new" : line.mark === "-" ? "old" : "same"}`}>{line.mark} {line.text}{"\n"}</span>)}
    </pre>
  );
}
