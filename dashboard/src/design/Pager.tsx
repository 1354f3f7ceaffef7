import type { ComponentChildren } from "preact";
import { words } from "../words";

interface Props {
  readonly page: { readonly next: string | null; readonly previous?: string | null };
  readonly go: (cursor: { after?: string; before?: string }) => void;
  readonly children?: ComponentChildren;
}

/** To the page before and after, by the cursors that the hub gave. */
export function Pager({ page, go, children }: Props) {
  const { next, previous } = page;
  return (
    <div class="pager">
      <div class="row">
        <button type="button" class="button" disabled={!previous} onClick={() => previous && go({ before: previous })}>← {words.value.pager.previous}</button>
        <button type="button" class="button" disabled={!next} onClick={() => next && go({ after: next })}>{words.value.pager.next} →</button>
      </div>
      {children}
    </div>
  );
}
