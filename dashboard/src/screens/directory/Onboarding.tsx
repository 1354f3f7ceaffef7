import type { Organisation } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Badge } from "../../design/Badge";
import { words } from "../../words";

/** What an agency needs before it can exchange, and what it has. */
export function Onboarding({ known }: { readonly known: Organisation }) {
  const text = words.value.directory.onboarding;
  const steps: readonly (readonly [string, boolean])[] = [
    [text.codes, known.codes.some((one) => one.counts)], [text.systems, known.systems.length > 0], [text.keys, known.keys.length > 0],
    [text.endpoints, known.endpoints.length > 0], [text.rights, known.rights.length > 0],
  ];
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <ul class="plain-list checklist">
        {steps.map(([name, done]) => <li key={name} class="row"><Badge tone={done ? "good" : "warn"} text={done ? text.done : text.missing} />{name}</li>)}
      </ul>
      <p class="small soft">{text.test} <Link href={href("/routes", { view: "simulator" })}>{words.value.routes.simulator}</Link></p>
    </section>
  );
}
