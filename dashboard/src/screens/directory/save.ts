import { ask } from "../../api/http";
import { Failed } from "../../api/problem";
import { say } from "../../design/toast";
import { words } from "../../words";

export type Change = Readonly<Record<string, unknown>>;

/** Make a change of the directory; where the hub demands a second person, ask for it instead. */
export async function save(change: Change, reason: string, second: boolean): Promise<void> {
  const body = { reason, changes: [change] };
  const asked = second || (await refusedAlone(body));
  if (asked) await ask("POST", "/v1/admin/proposals", { body });
  say(asked ? words.value.organisation.proposed : words.value.edit.done);
}

/** Write it; true: nothing was written, because the hub's settings demand a second person for it. */
async function refusedAlone(body: object): Promise<boolean> {
  try {
    await ask("POST", "/v1/admin/changes", { body });
    return false;
  } catch (error) {
    if (error instanceof Failed && error.problem.code === "second_person_needed") return true;
    throw error;
  }
}
