import { signal } from "@preact/signals";
import { heard } from "./clock";
import { Failed, problemOf } from "./problem";

/** The token that every unsafe call carries; a foreign page cannot read it. */
export const csrf = signal("");

type Renew = () => Promise<boolean>;
let renew: Renew = () => Promise.resolve(false);

/** Say how a session that has ended in mid-action is renewed: true once the same person is back. */
export function renewSessionBy(how: Renew): void {
  renew = how;
}

const SIGN_IN = "/ops/session";
const SAFE = new Set(["GET", "HEAD"]);

/** `fetch` to the hub: with the CSRF token, and once more after a session that ended was renewed. */
export async function hubFetch(request: Request): Promise<Response> {
  const again = request.clone(); // A body can be read once only.
  const answer = await reached(request);
  if (answer.status !== 401 || new URL(request.url).pathname === SIGN_IN) return answer;
  return (await renew()) ? reached(again) : answer;
}

async function reached(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) request.headers.set("x-csrf-token", csrf.value);
  try {
    const answer = await fetch(request);
    heard(answer.headers.get("date"));
    return answer;
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Failed(problemOf(0, null));
  }
}

export type Values = Readonly<Record<string, string | number | boolean | null | undefined>>;

interface Call {
  readonly query?: Values;
  readonly body?: unknown;
  /** Sent byte for byte, in the place of a body in JSON. */
  readonly file?: Blob;
  readonly stop?: AbortSignal | undefined;
}

const background = new WeakSet<AbortSignal>();

/** Mark a call as one that a page makes by itself: nobody's presence, so it keeps no session alive. */
export function inBackground(stop: AbortSignal): void {
  background.add(stop);
}

/** Call the hub and return its JSON. Raises `Failed` with the problem that it told. */
export async function ask<T>(method: string, path: string, call: Call = {}): Promise<T> {
  const answer = await answerOf(method, path, call);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Call the hub and return its answer unread, for bytes. Raises `Failed`. */
export async function answerOf(method: string, path: string, { query = {}, body, file, stop }: Call): Promise<Response> {
  const request = new Request(new URL(withQuery(path, query), window.location.origin), {
    method,
    credentials: "same-origin",
    ...(stop && { signal: stop }),
    ...(file && { body: file, headers: { "content-type": "application/octet-stream" } }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (stop && background.has(stop)) request.headers.set("x-hub-background", "1");
  const answer = await hubFetch(request);
  if (!answer.ok) throw new Failed(problemOf(answer.status, await answer.json().catch(() => null)));
  return answer;
}

/** Return a path with its query; what is empty narrows nothing and is left out. */
export function withQuery(path: string, query: Values): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [[name, String(value)] as [string, string]],
  );
  const text = new URLSearchParams(pairs).toString();
  return text ? `${path}?${text}` : path;
}

/** Return a path whose parts may hold anything: `at\`/ops/messages/${source}/${id}\``. */
export function at(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((path, part, index) => path + encodeURIComponent(values[index - 1] ?? "") + part);
}
