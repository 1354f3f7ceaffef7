import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { Application } from "../../api/shapes";
import { may } from "../../app/session";
import { AreaField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { publicPart, type PublicPart } from "./key";

interface Props {
  readonly found: Application;
  /** Whose key: the twin's or the system's own. */
  readonly named: string;
  readonly title: string;
  /** Whose it is: integrators keep the twin's keys, key officers the system's own. */
  readonly right: "rules.change" | "keys.manage";
  readonly done: () => void;
}

/** Register the public part of a key that was made on a machine of the agency. */
export function KeyCard({ found, named, title, right, done }: Props) {
  const text = words.value.onboarding.key;
  const pasted = useSignal("");
  const certificate = useSignal("");
  const asking = useSignal<PublicPart | null>(null);
  const problem = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    const part = publicPart(pasted.value);
    problem.value = part === null ? text.broken : part.system !== named ? text.other(part.system) : "";
    asking.value = problem.value ? null : part;
  };
  const act = async (reason: string) => {
    const pem = certificate.value.trim();
    const key = { change: "register_key", ...asking.value, ...(pem && { certificate: pem }) };
    await ask("POST", `${at`/v1/admin/onboardings/${found.system}`}:key`, { body: { key, reason } });
    say(text.done);
    done();
  };
  if (!may(right)) return <section class="card" aria-label={title}><p>{words.value.onboarding.someone[right]}</p></section>;
  return (
    <section class="card stack-s" aria-label={title}>
      <h2>{title}: <code>{named}</code></h2>
      <p class="soft">{text.lead}</p>
      <pre tabIndex={0} aria-label={text.command}>{`hub key new ${named}.pem --system ${named} --hub ${found.hub} --json`}</pre>
      <form class="stack-s" onSubmit={submit}>
        <AreaField label={text.paste} name="public-part" code required value={pasted.value} onInput={(value) => { pasted.value = value; }} />
        <AreaField label={text.certificate} name="certificate" value={certificate.value} onInput={(value) => { certificate.value = value; }} />
        {problem.value && <p role="alert" class="notice notice-failed">{problem.value}</p>}
        <div class="row"><Write does="POST /v1/admin/onboardings/{system}:key" type="submit" class="button button-main">{text.submit}</Write></div>
      </form>
      {asking.value && <ReasonDialog title={title} action={text.submit} act={act} onClose={() => { asking.value = null; }} />}
    </section>
  );
}
