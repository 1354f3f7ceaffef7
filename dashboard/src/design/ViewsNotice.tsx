import { words } from "../words";
import { count, Time } from "./Time";

/** How old figures are, and whether they are whole: stands beside every figure of the views. */
export interface Views {
  readonly at: string;
  readonly lag_messages: number;
  readonly state: "whole" | "rebuilding";
  readonly rebuild: { readonly since: string; readonly done: number; readonly of: number } | null;
}
interface Viewed {
  readonly views: Views | null;
}

/** Say that figures are too small while the views are made anew, and else how far they go. */
export function ViewsNotice({ views }: Viewed) {
  const text = words.value.freshness;
  if (!views) return <p class="notice notice-empty" role="status">{text.never}</p>;
  if (views.rebuild) {
    const { since, done, of } = views.rebuild;
    return (
      <div class="notice notice-failed" role="status" data-views="rebuilding">
        <strong>{text.rebuilding(count(done), count(of))}</strong>
        <progress max={of} value={done} aria-label={text.progress} />
        <p>{text.tooSmall} <Time at={since} />.</p>
      </div>
    );
  }
  return <p class="small soft">{text.asOf} <Time at={views.at} />{views.lag_messages > 0 && ` · ${text.behind(count(views.lag_messages))}`}</p>;
}
