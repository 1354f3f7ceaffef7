import { at } from "../../api/http";
import type { Happening, NamedOrganisation, Organisation } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Badge, type Tone } from "../../design/Badge";
import { words } from "../../words";
import { dayOf } from "./days";

const TONES: Readonly<Record<Happening["turn"], Tone>> = {
  founded: "good", merged: "info", absorbed: "info", succeeded: "info", split: "warn", reorganised: "warn", abolished: "bad", renamed: "none", moved: "none",
};

/** What befell an organisation, those before it and those after it: in the order of days, also days to come. */
export function Timeline({ one }: { readonly one: Organisation }) {
  const text = words.value.timeline;
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      {one.timeline.length === 0 && <p class="soft">{text.none}</p>}
      <ol class="timeline">{one.timeline.map((happening, index) => <Step key={index} happening={happening} of={one.id} />)}</ol>
      {!one.timeline_whole && <p class="soft">{text.leftOut}</p>}
    </section>
  );
}

function Step({ happening, of }: { readonly happening: Happening; readonly of: string }) {
  const text = words.value.timeline;
  const { turn, day, ahead, before, after, was, became } = happening;
  const changed = turn === "renamed" || turn === "moved";
  return (
    <li class={`step step-${TONES[turn]}`} data-turn={turn}>
      <span class="row">
        <strong>{day ? dayOf(day) : text.dayUnknown}</strong>
        <Badge tone={TONES[turn]} text={text.turns[turn]} />
        {ahead && <Badge tone="info" text={text.ahead} />}
      </span>
      {changed
        ? <p class="small long">{after[0] && after[0].id !== of && <>{after[0].name}: </>}{was || text.nobody} → {became || text.nobody}</p>
        : <p class="long"><Names of={of} all={before} />{before.length > 0 && " → "}{after.length > 0 ? <Names of={of} all={after} /> : text.nobodyAfter}</p>}
      {turn === "split" && <p class="small soft">{text.splitMeans}</p>}
    </li>
  );
}

function Names({ all, of }: { readonly all: readonly NamedOrganisation[]; readonly of: string }) {
  return <>{all.map((one, index) => <span key={one.id}>{index > 0 && ", "}{one.id === of ? <strong>{one.name}</strong> : <Link href={href(at`/directory/${one.id}`)}>{one.name}</Link>}</span>)}</>;
}
