import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Failed, problemOf, type Problem } from "../api/problem";
import { words } from "../words";
import { Dialog } from "./Dialog";
import { AreaField } from "./Field";
import { ProblemNotice } from "./Notice";

/** What the hub takes as a reason: hub/control/fields.py. */
export const REASON_MAX = 500;

interface Props {
  readonly title: string;
  readonly action: string;
  readonly risky?: boolean;
  readonly children?: ComponentChildren;
  /** Do it; the dialog stays open and says why where it fails. */
  readonly act: (reason: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Invariant 11: every write by a person has a reason. The hub asks for it too; this only helps. */
export function ReasonDialog({ title, action, risky, children, act, onClose }: Props) {
  const reason = useSignal("");
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      await act(reason.value.trim());
      onClose();
    } catch (error) {
      problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack-s dialog-form" onSubmit={submit}>
        {children}
        <AreaField label={words.value.reason.label} hint={words.value.reason.hint} name="reason"
          value={reason.value} required maxLength={REASON_MAX} onInput={(value) => { reason.value = value; }} />
        {problem.value && <ProblemNotice problem={problem.value} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>{words.value.reason.cancel}</button>
          <button type="submit" class={risky ? "button button-risky" : "button button-main"}
            disabled={busy.value || reason.value.trim() === ""}>{action}</button>
        </div>
      </form>
    </Dialog>
  );
}
