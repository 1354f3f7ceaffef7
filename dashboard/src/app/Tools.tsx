import { language, words } from "../words";
import { Icon } from "./icons";
import { Link } from "./Link";
import { href } from "./router";
import { keepProfile, me, signOut } from "./session";

/** Language, profile, sign-out. */
export function Tools() {
  const text = words.value;
  const other = language.value === "vi" ? "en" : "vi";
  return (
    <div class="tools">
      <button type="button" class="button button-plain" lang={other}
        onClick={() => { language.value = other; void keepProfile(); }}>{text.shell.otherLanguage}</button>
      <Link href={href("/profile")} class="button button-plain" title={text.nav.profile}>
        <Icon name="profile" /><span class="tools-name">{me.value?.display}</span>
      </Link>
      <button type="button" class="button button-plain tools-out" onClick={() => void signOut()}>{text.shell.signOut}</button>
    </div>
  );
}
