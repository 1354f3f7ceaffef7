import { computed, signal } from "@preact/signals";
import { ask, csrf, renewSessionBy } from "../api/http";
import { Failed, problemOf, type Problem } from "../api/problem";
import { NEEDS, ROLES, type Need } from "../api/rights";
import type { Me } from "../api/shapes";
import { say } from "../design/toast";
import { language, words } from "../words";
import { zone } from "./preferences";
import { href, replace } from "./router";

export type Session =
  | { readonly kind: "asking" }
  | { readonly kind: "unreachable"; readonly problem: Problem }
  | { readonly kind: "out" }
  | { readonly kind: "in"; readonly me: Me };

export const session = signal<Session>({ kind: "asking" });
/** A session that ended while somebody worked: the page stays, a dialog asks to sign in again. */
export const expired = signal(false);
export const me = computed(() => (session.value.kind === "in" ? session.value.me : null));

/** A call of the hub by its method and path; a kind of change; what a second person approves. */
export type Call = keyof typeof NEEDS;
const RIGHTS_OF: Readonly<Record<string, readonly string[]>> = ROLES;

/** Say whether a right is held somewhere. The hub decides; this only spares a person a vain try. */
export function may(right: string): boolean {
  return me.value?.rights.some((one) => one === right) ?? false;
}

/** Say whether the hub would let this person make a call: by the table that it has itself. */
export function mayDo(call: Call): boolean {
  const { rights, scoped }: Need = NEEDS[call];
  if (!me.value || rights.length === 0) return me.value !== null;
  const counting = me.value.roles.filter((one) => scoped || (!one.organisation && !one.types));
  return counting.some((one) => rights.some((right) => RIGHTS_OF[one.role]?.includes(right)));
}

/** Return the organisation to which a call is bound for this person; none: it is not. */
export function ownOrganisation(call: Call): string | null {
  const { rights }: Need = NEEDS[call];
  const giving = me.value?.roles.filter((one) => rights.some((right) => RIGHTS_OF[one.role]?.includes(right))) ?? [];
  return giving.some((one) => !one.organisation) ? null : (giving[0]?.organisation ?? null);
}

/** Ask the hub who is signed in. */
export async function recognise(): Promise<void> {
  renewSessionBy(renewed);
  try {
    taken(await ask<Me>("GET", "/ops/me"));
  } catch (error) {
    const problem = error instanceof Failed ? error.problem : problemOf(0, null);
    session.value = problem.status === 401 ? { kind: "out" } : { kind: "unreachable", problem };
  }
}

/** Sign in with a name and a password. Raises `Failed`. */
export async function signIn(name: string, password: string): Promise<void> {
  const found = await ask<Me>("POST", "/ops/session", { body: { name, password } });
  const before = me.value;
  if (expired.value && before && before.name !== found.name) {
    // Invariant 11: what one person began is never finished in the name of another.
    window.location.reload();
    return;
  }
  taken(found);
  expired.value = false;
  for (const one of waiting.splice(0)) one(true);
}

/** Give up the sign-in that an action waits for; the action fails, nothing is lost in the page. */
export function giveUpSignIn(): void {
  expired.value = false;
  for (const one of waiting.splice(0)) one(false);
}

/** Turn this browser into a screen on a wall: it shows figures, and changes nothing from now on. */
export async function ontoWall(reason: string): Promise<void> {
  taken(await ask<Me>("POST", "/ops/session/wall", { body: { reason } }));
}

export function signOut(): Promise<void> {
  return left(false);
}

/** End all of one's sign-ins, on other machines too. */
export function signOutEverywhere(): Promise<void> {
  return left(true);
}

async function left(everywhere: boolean): Promise<void> {
  await ask("DELETE", "/ops/session", { query: { everywhere } });
  csrf.value = "";
  session.value = { kind: "out" };
  // Whoever signs in next begins where he begins: what stood in the address was this person's.
  replace(href("/"));
}

export async function changePassword(present: string, fresh: string): Promise<void> {
  taken(await ask<Me>("POST", "/ops/password", { body: { present, new: fresh } }));
}

/** Keep language and time zone with the account, so that they are the same on every machine. */
export function keepProfile(): Promise<void> {
  // One after the other: of two choices in a row the hub ends with the second.
  keeping = keeping.then(writeProfile).catch(() => say(words.value.profile.notKept));
  return keeping;
}

let keeping = Promise.resolve();

async function writeProfile(): Promise<void> {
  if (!me.value?.csrf) return; // A token has no account.
  await ask<Me>("POST", "/ops/profile", { body: { language: language.value, time_zone: zone.value } });
}

function taken(found: Me): void {
  csrf.value = found.csrf ?? "";
  language.value = found.language === "en" ? "en" : "vi";
  zone.value = found.time_zone;
  session.value = { kind: "in", me: found };
}

const waiting: ((back: boolean) => void)[] = [];

function renewed(): Promise<boolean> {
  if (session.value.kind !== "in") return Promise.resolve(false);
  expired.value = true;
  return new Promise((resolve) => waiting.push(resolve));
}
