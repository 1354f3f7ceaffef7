import { at } from "../../api/http";
import type { SecondPersonRequest } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { words } from "../../words";
import { Correction } from "./Correction";

/** What a request is about, where its screen or its own text says more than the payload does. */
export function About({ request: { kind, target, payload } }: { readonly request: SecondPersonRequest }) {
  const text = words.value.corrections;
  const part = (name: string) => String(payload[name] ?? "");
  if (kind === "corrected_copy") return <Correction payload={payload} />;
  if (kind === "schema") return <p><Link href={href("/schemas", { schema: target })}>{text.seeSchema}</Link></p>;
  if (kind === "dead_letter_redirect") return <p><Link href={href(at`/dead-letters/${part("source")}/${part("id")}/${part("recipient")}`)}>{text.seeLetter}</Link></p>;
  return null;
}
