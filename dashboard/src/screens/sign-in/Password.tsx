import { useSignal } from "@preact/signals";
import { Failed, problemOf, type Problem } from "../../api/problem";
import { changePassword, signOut } from "../../app/session";
import { TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/Notice";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import "./sign-in.css";

/** Before anything else: a password that somebody else has seen is replaced. */
export function PasswordScreen({ forced }: { readonly forced: boolean }) {
  const text = words.value.password;
  return (
    <main class="alone sign-in">
      <div class="card sign-in-card stack">
        <div>
          <h1>{text.title}</h1>
          {forced && <p class="soft">{text.forced}</p>}
        </div>
        <PasswordForm />
        <button type="button" class="button button-plain" onClick={() => void signOut()}>{words.value.shell.signOut}</button>
      </div>
    </main>
  );
}

export function PasswordForm() {
  const text = words.value.password;
  const old = useSignal("");
  const fresh = useSignal("");
  const repeated = useSignal("");
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const differs = repeated.value !== "" && repeated.value !== fresh.value;
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    problem.value = null;
    try {
      await changePassword(old.value, fresh.value);
      old.value = fresh.value = repeated.value = "";
      say(text.done);
    } catch (error) {
      problem.value = error instanceof Failed ? error.problem : problemOf(0, null);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="stack-s" onSubmit={submit}>
      <TextField label={text.old} name="old" type="password" autocomplete="current-password" required value={old.value} onInput={(value) => { old.value = value; }} />
      <TextField label={text.fresh} name="new" type="password" autocomplete="new-password" required hint={text.rules} value={fresh.value} onInput={(value) => { fresh.value = value; }} />
      <TextField label={text.repeat} name="repeat" type="password" autocomplete="new-password" required
        hint={differs ? text.differs : undefined} value={repeated.value} onInput={(value) => { repeated.value = value; }} />
      {problem.value && <ProblemNotice problem={problem.value} />}
      <Write does="POST /ops/password" type="submit" class="button button-main" disabled={busy.value || fresh.value === "" || fresh.value !== repeated.value}>{text.submit}</Write>
    </form>
  );
}
