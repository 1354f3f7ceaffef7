import type { RoleList } from "../../api/shapes";
import { either, words } from "../../words";

/** Rights by roles. The hub enforces this table; the console only shows it. */
export function Matrix({ list }: { readonly list: RoleList }) {
  const text = words.value.users;
  return (
    <section class="stack-s">
      <h2>{text.matrix}</h2>
      <div class="table-frame" tabIndex={0} role="region" aria-label={text.matrix}>
        <table class="matrix">
          <thead><tr><th scope="col">{text.right}</th>{list.roles.map((role) => <th key={role.role} scope="col">{either(role)}</th>)}</tr></thead>
          <tbody>
            {list.rights.map((right) => (
              <tr key={right.action}>
                <th scope="row">{either(right)}<div class="small soft code">{right.action}</div></th>
                {list.roles.map((role) => <td key={role.role}>{role.rights.includes(right.action) ? <span role="img" aria-label={text.yes}>●</span> : <span class="soft" role="img" aria-label={text.no}>–</span>}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
