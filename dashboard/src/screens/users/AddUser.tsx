import { useSignal } from "@preact/signals";
import { ask } from "../../api/http";
import type { MadeUser, RoleList } from "../../api/shapes";
import { TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { words } from "../../words";
import { Grants, grantsOf, type Chosen } from "./Grants";

interface Props {
  readonly roles: RoleList;
  readonly added: (made: MadeUser) => void;
  readonly onClose: () => void;
}

/** Let somebody sign in. */
export function AddUser({ roles, added, onClose }: Props) {
  const text = words.value.users;
  const name = useSignal("");
  const display = useSignal("");
  const chosen = useSignal<Chosen>({});
  const act = async (reason: string) => {
    const body = { name: name.value.trim(), display: display.value.trim(), grants: grantsOf(chosen.value), reason };
    added(await ask<MadeUser>("POST", "/ops/users", { body }));
  };
  return (
    <ReasonDialog title={text.add} action={text.add} act={act} onClose={onClose}>
      <TextField label={text.login} name="user-name" required hint={text.loginHint} value={name.value} onInput={(value) => { name.value = value; }} />
      <TextField label={text.display} name="user-display" required value={display.value} onInput={(value) => { display.value = value; }} />
      <Grants roles={roles} chosen={chosen.value} choose={(next) => { chosen.value = next; }} />
    </ReasonDialog>
  );
}
