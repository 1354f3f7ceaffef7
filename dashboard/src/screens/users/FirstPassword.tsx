import type { MadeUser } from "../../api/shapes";
import { Notice } from "../../design/Notice";
import { words } from "../../words";

/** A first password is told once: the hub keeps only its hash. */
export function FirstPassword({ made }: { readonly made: MadeUser }) {
  const text = words.value.users;
  return (
    <Notice kind="empty" title={text.made(made.user.display)}>
      {made.first_password && <p>{text.firstPassword} <code class="first-password">{made.first_password}</code></p>}
      {made.waiting && <p>{text.waits}</p>}
    </Notice>
  );
}
