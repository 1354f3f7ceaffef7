import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { SignInWays } from "../../api/shapes";
import { words } from "../../words";

/** The way through the province's identity provider, where there is one. */
export function Provider() {
  const found = useLoad("ways", (stop) => ask<SignInWays>("GET", "/ops/sign-in", { stop }));
  const state = found.state.value;
  if (state.kind !== "ready" || state.value.provider === null) return null;
  return <a class="button" href="/ops/oidc/start">{words.value.signIn.provider(state.value.provider)}</a>;
}
