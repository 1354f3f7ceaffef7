import { effect, signal } from "@preact/signals";

export type LiveState = "off" | "connecting" | "live" | "reconnecting";

/** What happened to a message just now; the list may have it some moments later. */
export interface Change {
  readonly event: string;
  readonly source: string;
  readonly id: string;
  readonly recipient: string | null;
  readonly at: string;
  readonly reason: string | null;
}

/** Whether changes arrive; the shell shows it at all times. */
export const liveState = signal<LiveState>("off");
/** Whether changes are wanted: a person may pause them. */
export const liveWanted = signal(true);

type Listener = (change: Change | null) => void;
const listeners = new Set<Listener>();

/** Hear every change; null means that some were missed, so that lists must be read anew. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** Keep one stream open for the whole page while it is wanted. Returns how to end it. */
export function followLive(): () => void {
  let open: (() => void) | undefined;
  const ended = effect(() => {
    open?.();
    open = liveWanted.value ? stream() : undefined;
    if (!open) liveState.value = "off";
  });
  return () => {
    ended();
    open?.();
    liveState.value = "off";
  };
}

function stream(): () => void {
  let source: EventSource | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const connect = () => {
    source = new EventSource("/ops/live");
    source.onopen = () => {
      liveState.value = "live";
      // A new EventSource has no Last-Event-ID: what happened in between is read from the lists.
      if (failures > 0) tell(null);
      failures = 0;
    };
    source.addEventListener("change", (event: MessageEvent<string>) => tell(JSON.parse(event.data) as Change));
    source.addEventListener("reset", () => tell(null));
    source.onerror = () => {
      liveState.value = "reconnecting";
      // The browser reconnects by itself, except after an answer that is no stream.
      if (source?.readyState === EventSource.CLOSED) {
        waiting = setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
        failures += 1;
      }
    };
  };
  liveState.value = "connecting";
  connect();
  return () => {
    clearTimeout(waiting);
    source?.close();
  };
}

function tell(change: Change | null): void {
  for (const listener of listeners) listener(change);
}

/** Call `refresh` after changes, at most once in `everyMs`: a busy hub must not busy the browser. */
export function refreshOnChange(refresh: () => void, everyMs: number, concerns: (change: Change) => boolean = () => true): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  const forget = onChange((change) => {
    if (due !== undefined || (change !== null && !concerns(change))) return;
    due = setTimeout(() => {
      due = undefined;
      refresh();
    }, everyMs);
  });
  return () => {
    clearTimeout(due);
    forget();
  };
}
