import { useEffect, useMemo } from "preact/hooks";
import { signal, type ReadonlySignal } from "@preact/signals";
import { inBackground } from "./http";
import { Failed, problemOf, type Problem } from "./problem";

export type Loaded<T> =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly problem: Problem }
  | { readonly kind: "ready"; readonly value: T; readonly stale: boolean };

export interface Loading<T> {
  readonly state: ReadonlySignal<Loaded<T>>;
  /** Ask again; what is shown stays until the new answer is there. */
  readonly again: () => void;
}

/** Load what `ask` returns whenever `key` changes, and abandon an answer that is no longer wanted. */
export function useLoad<T>(key: string, ask: (stop: AbortSignal) => Promise<T>): Loading<T> {
  const loading = useMemo(() => new Loader<T>(), []);
  useEffect(() => {
    void loading.run(ask);
    return () => loading.stop();
  }, [key]);
  return useMemo(() => ({ state: loading.state, again: () => void loading.run() }), []);
}

class Loader<T> {
  readonly state = signal<Loaded<T>>({ kind: "loading" });
  private stopping = new AbortController();
  private ask: (stop: AbortSignal) => Promise<T> = () => Promise.reject(new Error("nothing to ask"));

  async run(ask?: (stop: AbortSignal) => Promise<T>): Promise<void> {
    this.stop();
    const { signal: stop } = (this.stopping = new AbortController());
    if (ask) this.ask = ask;
    else inBackground(stop);
    const shown = this.state.peek();
    this.state.value = shown.kind === "ready" ? { ...shown, stale: true } : { kind: "loading" };
    const found = await this.answer(stop);
    if (!stop.aborted) this.state.value = found;
  }

  stop(): void {
    this.stopping.abort();
  }

  private async answer(stop: AbortSignal): Promise<Loaded<T>> {
    try {
      return { kind: "ready", value: await this.ask(stop), stale: false };
    } catch (error) {
      return { kind: "failed", problem: error instanceof Failed ? error.problem : problemOf(0, null) };
    }
  }
}
