import { ask } from "../../api/http";
import { Failed } from "../../api/problem";
import { say } from "../../design/toast";
import { words } from "../../words";

export type Change = Readonly<Record<string, unknown>>;

/** Make a change of the directory; where the hub demands a second person, ask for it instead. */
export async function save(change: Change, reason: string, second: boolean): Promise<void> {
  const body = { reason, changes: [change] };
  const alone = !second && !(await refusedAlone(() => ask("POST", "/v1/admin/changes", { body })));
  if (alone) say(words.value.edit.done);
  else await propose([change], reason);
}

/** Ask a second person for changes: nothing is changed before he approves. */
export async function propose(changes: readonly Change[], reason: string): Promise<void> {
  await ask("POST", "/v1/admin/proposals", { body: { reason, changes } });
  say(words.value.organisation.proposed);
}

/** Do it; true: nothing was done, because the hub's settings demand a second person for it. */
export async function refusedAlone(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return false;
  } catch (error) {
    if (error instanceof Failed && error.problem.code === "second_person_needed") return true;
    throw error;
  }
}
