import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../words";
import { Icon } from "./icons";
import { Link } from "./Link";
import { LiveMark } from "./LiveMark";
import { ReadOnlyBanner } from "./ReadOnlyBanner";
import { go, href, place } from "./router";
import { mayVisit, SCREENS } from "./screens";
import { mayDo } from "./session";
import { Tools } from "./Tools";

/** What stands around every screen: skip link, search, state of the connection, navigation. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const open = useSignal(false);
  const path = place.value.path;
  useEffect(() => { open.value = false; }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={toMain}>{words.value.shell.skip}</a>
      <header class="top">
        <button type="button" class="button button-plain menu-button" aria-expanded={open.value} aria-controls="nav"
          aria-label={words.value.shell.menu} onClick={() => { open.value = !open.value; }}><Icon name="menu" /></button>
        <Link href={href("/")} class="brand"><span class="brand-mark" aria-hidden="true" /><span class="brand-name">{words.value.product}</span></Link>
        <SearchBox />
        {mayDo("GET /ops/live") && <LiveMark />}
        <Tools />
      </header>
      <nav id="nav" class={open.value ? "nav nav-open" : "nav"} aria-label={words.value.shell.nav}><Navigation path={path} /></nav>
      <main id="main" class="main" tabIndex={-1}>
        <ReadOnlyBanner />
        {children}
      </main>
    </div>
  );
}

/** The address stays: to the router a new one would be another visit. */
function toMain(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Navigation({ path }: { readonly path: string }) {
  const shown = SCREENS.filter((screen) => screen.icon && mayVisit(screen));
  const at = (where: string) => (where === "/" ? path === "/" : path === where || path.startsWith(`${where}/`));
  return (
    <ul>
      {shown.map((screen) => (
        <li key={screen.name}>
          <Link href={href(screen.path)} class="nav-link" current={at(screen.path)}>
            {screen.icon && <Icon name={screen.icon} />}{words.value.nav[screen.name]}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** "Where is document X?": one box, from every screen. */
function SearchBox() {
  const text = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    const wanted = text.value.trim();
    if (wanted) go(href("/messages", { key: wanted }));
    text.value = "";
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <label class="visually-hidden" for="search">{words.value.shell.search}</label>
      <Icon name="search" />
      <input id="search" class="input" type="search" value={text.value} placeholder={words.value.shell.searchHint}
        autocomplete="off" spellcheck={false} onInput={(event) => { text.value = event.currentTarget.value; }} />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
