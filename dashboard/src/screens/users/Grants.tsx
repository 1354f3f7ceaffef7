import type { RoleList } from "../../api/shapes";
import { CheckField, TextField } from "../../design/Field";
import { either, words } from "../../words";

/** The roles that are chosen, each with the organisation where it counts ("" for the whole hub). */
export type Chosen = Readonly<Record<string, string>>;

interface Props {
  readonly roles: RoleList;
  readonly chosen: Chosen;
  readonly choose: (chosen: Chosen) => void;
}

/** Choose roles; each counts for the whole hub, or for an organisation with all below it. */
export function Grants({ roles, chosen, choose }: Props) {
  const text = words.value.users;
  const tick = (role: string, on: boolean) => choose(on ? { ...chosen, [role]: "" } : Object.fromEntries(Object.entries(chosen).filter(([name]) => name !== role)));
  return (
    <fieldset class="stack-s">
      <legend>{text.roles}</legend>
      {roles.roles.map((role) => (
        <div key={role.role} class="stack-s">
          <CheckField label={`${either(role)}${role.needs_second_person ? ` (${text.second})` : ""}`} checked={role.role in chosen} onChange={(on) => tick(role.role, on)} />
          {role.role in chosen && (
            <TextField label={text.organisation} required={role.needs_organisation} hint={role.needs_organisation ? undefined : text.wholeHub}
              value={chosen[role.role] ?? ""} onInput={(value) => choose({ ...chosen, [role.role]: value.trim() })} />
          )}
        </div>
      ))}
    </fieldset>
  );
}

/** Return the grants as the hub takes them. */
export function grantsOf(chosen: Chosen): readonly Readonly<Record<string, string>>[] {
  return Object.entries(chosen).map(([role, organisation]) => (organisation ? { role, organisation } : { role }));
}
