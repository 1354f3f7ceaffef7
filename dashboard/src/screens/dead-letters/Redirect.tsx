import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { DeadLetter, Redirected } from "../../api/shapes";
import { ChoiceField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

interface Props {
  readonly one: DeadLetter;
  readonly to: readonly string[];
  readonly done: () => void;
}

/** Another recipient for one dead letter: only such as take it from its sender. */
export function Redirect({ one, to, done }: Props) {
  const text = words.value.desk;
  const open = useSignal(false);
  const system = useSignal(to[0] ?? "");
  const act = async (reason: string) => {
    const { waits } = await ask<Redirected>("POST", `${at`/ops/dead-letters/${one.source}/${one.message}/${one.recipient}`}:redirect`, { body: { to: system.value, reason } });
    say(waits ? words.value.corrections.waits : text.done("1"));
    done();
  };
  return (
    <>
      <Write does="POST /ops/dead-letters/{source}/{message}/{recipient}:redirect" disabled={to.length === 0} onClick={() => { open.value = true; }}>{text.redirect}</Write>
      {to.length === 0 && <span class="small soft">{text.noDestinations}</span>}
      {open.value && (
        <ReasonDialog title={text.redirect} action={text.redirect} risky act={act} onClose={() => { open.value = false; }}>
          <p>{text.redirectLead}</p>
          <ChoiceField label={text.to} name="to" value={system.value} onInput={(value) => { system.value = value; }} options={to.map((name) => [name, name] as const)} />
        </ReasonDialog>
      )}
    </>
  );
}
