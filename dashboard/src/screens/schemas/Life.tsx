import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { SchemaDeed, SchemaVersion } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { me, type Call } from "../../app/session";
import { Badge, type Tone } from "../../design/Badge";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";

const ORDERS = ["submit", "approve", "drop", "deprecate", "retire"] as const;
type Order = (typeof ORDERS)[number];

/** What can be done with a version in a state; the hub has the same table and the last word. */
const POSSIBLE: Readonly<Record<string, readonly Order[]>> = {
  draft: ["submit", "approve", "drop"], review: ["approve"], approved: ["deprecate"], deprecated: ["retire"],
};
const RISKY = new Set<Order>(["drop", "retire"]);
const TONES: Readonly<Record<string, Tone>> = { draft: "info", review: "warn", approved: "good", deprecated: "warn", retired: "none", dropped: "none" };

/** Return the call behind an order. */
const callOf = (order: Order): Call => `POST /v1/admin/schema-versions/{name}:${order}`;

export function StateOfSchema({ state }: { readonly state: string }) {
  return <Badge tone={TONES[state] ?? "none"} text={named(words.value.schemaLife.states, state)} />;
}

/** The versions of one form of bodies, the newest first; a state is told where it is not the usual one. */
export function Versions({ family, shown }: { readonly family: readonly SchemaVersion[]; readonly shown: string }) {
  return (
    <span class="row">
      {family.map(({ name, state }) => (
        <span key={name} class="row">
          <Link href={href("/schemas", { schema: name })} current={name === shown}>{name.slice(name.lastIndexOf(":") + 1)}</Link>
          {state !== "approved" && <StateOfSchema state={state} />}
        </span>
      ))}
    </span>
  );
}

/** What can be done next with a version: each step with a reason, where asked with a second person. */
export function Orders({ version, done }: { readonly version: SchemaVersion; readonly done: () => void }) {
  const text = words.value.schemaLife;
  const asked = useSignal<Order | null>(null);
  const possible = POSSIBLE[version.state] ?? [];
  const act = async (reason: string) => {
    const made = await ask<SchemaVersion>("POST", `${at`/v1/admin/schema-versions/${version.name}`}:${asked.value ?? ""}`, { body: { reason } });
    say(`${version.name}: ${named(text.states, made.state)}`);
    done();
  };
  return (
    <>
      {possible.length > 0 && (
        <div class="row">
          {possible.map((order) => <Write key={order} does={callOf(order)} class={RISKY.has(order) ? "button button-risky" : "button"} onClick={() => { asked.value = order; }}>{text.orders[order]}</Write>)}
        </div>
      )}
      {version.state === "review" && <p class="small">{version.author === me.value?.name ? text.waitsForAnother : text.waits} <Link href={href("/requests")}>{words.value.nav.requests}</Link></p>}
      {asked.value && (
        <ReasonDialog title={`${text.orders[asked.value]}: ${version.name}`} action={text.orders[asked.value]} risky={RISKY.has(asked.value)} act={act} onClose={() => { asked.value = null; }}>
          <p>{text.means[asked.value]}</p>
        </ReasonDialog>
      )}
    </>
  );
}

/** Who did what with a version, when and why. */
export function History({ deeds }: { readonly deeds: readonly SchemaDeed[] }) {
  const text = words.value.schemaLife;
  if (deeds.length === 0) return <p class="small soft">{text.noHistory}</p>;
  return (
    <ol class="timeline" data-history>
      {deeds.map((deed, index) => (
        <li key={index} class="step">
          <span class="row"><strong>{named(text.deeds, deed.what)}</strong><Time at={deed.at} /></span>
          <span class="small long">{deed.actor}{deed.reason && `: ${deed.reason}`}</span>
        </li>
      ))}
    </ol>
  );
}
