import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Failed, problemOf, type Problem } from "../../api/problem";
import { giveUpSignIn, me, signIn } from "../../app/session";
import { Dialog } from "../../design/Dialog";
import { TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { language, words } from "../../words";
import { Provider } from "./Provider";
import "./sign-in.css";

/** The first screen of a stranger. */
export function SignInScreen() {
  const text = words.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text.signIn.title} · ${text.product}`;
    heading.current?.focus();
  }, []);
  const other = language.value === "vi" ? "en" : "vi";
  return (
    <main class="alone sign-in">
      <div class="card sign-in-card stack">
        <div class="row spread">
          <span class="brand-mark" aria-hidden="true" />
          <button type="button" class="button button-plain" lang={other}
            onClick={() => { language.value = other; }}>{text.shell.otherLanguage}</button>
        </div>
        <div>
          <h1 ref={heading} tabIndex={-1}>{text.product}</h1>
          <p class="soft">{text.signIn.lead}</p>
        </div>
        <SignInForm />
        <Provider />
      </div>
    </main>
  );
}

/** Over the page of a session that has ended: what was typed and what was begun stays. */
export function SignInAgain() {
  const text = words.value.signIn;
  return (
    <Dialog title={text.again} onClose={giveUpSignIn}>
      <p>{text.againLead}</p>
      <SignInForm name={me.value?.name ?? ""} />
      <div class="dialog-actions"><button type="button" class="button" onClick={giveUpSignIn}>{text.giveUp}</button></div>
    </Dialog>
  );
}

function SignInForm({ name: known = "" }: { readonly name?: string }) {
  const text = words.value.signIn;
  const name = useSignal(known);
  const password = useSignal("");
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    problem.value = null;
    try {
      await signIn(name.value.trim(), password.value);
    } catch (error) {
      problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
      password.value = "";
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="stack-s" onSubmit={submit}>
      <TextField label={text.name} name="name" autocomplete="username" required value={name.value} onInput={(value) => { name.value = value; }} />
      <TextField label={text.password} name="password" type="password" autocomplete="current-password" required
        value={password.value} onInput={(value) => { password.value = value; }} />
      {problem.value && <ProblemNotice problem={problem.value} />}
      <button type="submit" class="button button-main" disabled={busy.value}>{text.submit}</button>
    </form>
  );
}
