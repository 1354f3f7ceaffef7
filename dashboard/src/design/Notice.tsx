import type { ComponentChildren } from "preact";
import type { Loading, Loaded } from "../api/load";
import { UNREACHABLE, type Problem } from "../api/problem";
import { language, named, words } from "../words";

interface Props<T> {
  readonly from: Loading<T>;
  readonly empty?: (value: T) => boolean;
  readonly whenEmpty?: ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}

/** What was loaded, or which of the other four it is: loading, empty, failed, forbidden. */
export function Shown<T>({ from, empty, whenEmpty, children }: Props<T>) {
  const state: Loaded<T> = from.state.value;
  if (state.kind === "loading") return <Notice kind="loading" title={words.value.notice.loading} />;
  if (state.kind === "failed") return <ProblemNotice problem={state.problem} again={from.again} />;
  if (empty?.(state.value)) {
    return <Notice kind="empty" title={words.value.notice.empty}>{whenEmpty}</Notice>;
  }
  return <div class={state.stale ? "stack fades stale" : "stack fades"} aria-busy={state.stale}>{children(state.value)}</div>;
}

type Kind = "loading" | "empty" | "failed" | "forbidden";

export function Notice(props: { readonly kind: Kind; readonly title: string; readonly children?: ComponentChildren }) {
  const role = props.kind === "failed" || props.kind === "forbidden" ? "alert" : "status";
  return (
    <div class={`notice notice-${props.kind}`} role={role} data-kind={props.kind}>
      <strong>{props.title}</strong>
      {props.children}
    </div>
  );
}

/** A problem in plain words: what happened, who must act, what to do next. */
export function ProblemNotice({ problem, again }: { readonly problem: Problem; readonly again?: () => void }) {
  const text = words.value;
  const forbidden = problem.status === 403;
  const retry = again && !forbidden;
  return (
    <Notice kind={forbidden ? "forbidden" : "failed"} title={titleOf(problem)}>
      <ProblemHelp problem={problem} />
      <p class="small soft">
        <span class="code">{problem.code}</span>
        {problem.status > 0 && ` · HTTP ${problem.status}`}
        {problem.place && ` · ${problem.place}`}
      </p>
      {retry && <button type="button" class="button" onClick={again}>{text.notice.again}</button>}
    </Notice>
  );
}

function ProblemHelp({ problem }: { readonly problem: Problem }) {
  const text = words.value;
  const help = problem.help?.[language.value];
  if (help) {
    return <>
      <p>{help.who}: {help.next}</p>
      {problem.detail && <p class="soft long">{problem.detail}</p>}
    </>;
  }
  return <>
    {problem.detail && <p class="long">{problem.detail}</p>}
    {problem.errors?.map((one) => <p key={one.place} class="code long">{one.place}: {one.rule}</p>)}
    <p>{named(text.problemNext, problem.code) === problem.code ? text.notice.next : named(text.problemNext, problem.code)}</p>
  </>;
}

function titleOf(problem: Problem): string {
  const text = words.value;
  const help = problem.help?.[language.value];
  if (help) return help.meaning;
  if (problem.code === UNREACHABLE) return text.notice.unreachable;
  const known = named(text.problems, problem.code);
  return known === problem.code ? problem.title : known;
}
