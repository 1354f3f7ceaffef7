import { useEffect, useMemo } from "preact/hooks";
import { followLive } from "../api/live";
import { Notice, ProblemNotice } from "../design/Notice";
import { Toast } from "../design/toast";
import { PasswordScreen } from "../screens/sign-in/Password";
import { SignInScreen, SignInAgain } from "../screens/sign-in/SignIn";
import { WallScreen } from "../screens/wall/Wall";
import { words } from "../words";
import { useFocusOnVisit } from "./focus";
import { Help } from "./Help";
import { followKeys } from "./keys";
import { followLast, land } from "./landing";
import { followReadOnly } from "./read-only";
import { place } from "./router";
import { screenAt } from "./screens";
import { expired, mayDo, recognise, session } from "./session";
import { Shell } from "./Shell";

/** The whole console: who is here decides what is shown. */
export function App() {
  useEffect(() => void recognise(), []);
  const state = session.value;
  switch (state.kind) {
    case "asking":
      return <main class="alone"><Notice kind="loading" title={words.value.notice.loading} /></main>;
    case "unreachable":
      return <main class="alone"><ProblemNotice problem={state.problem} again={() => void recognise()} /></main>;
    case "out":
      return <SignInScreen />;
    case "in":
      if (state.me.wall) return <WallScreen />;
      return state.me.must_change_password ? <PasswordScreen forced /> : <Console />;
  }
}

function Console() {
  useFocusOnVisit();
  useEffect(followKeys, []);
  // Before the first screen is drawn: it would ask for what may not be this person's.
  useMemo(land, []);
  useEffect(followLast, []);
  useEffect(followReadOnly, []);
  const follows = mayDo("GET /ops/live");
  useEffect(() => (follows ? followLive() : undefined), [follows]);
  return (
    <>
      <Shell><Screen /></Shell>
      <Help />
      <Toast />
      {expired.value && <SignInAgain />}
    </>
  );
}

function Screen() {
  const found = screenAt(place.value.path);
  if (!found) return <Notice kind="empty" title={words.value.notice.noScreen} />;
  const View = found.view;
  return <View key={place.value.path} {...found.parameters} />;
}
