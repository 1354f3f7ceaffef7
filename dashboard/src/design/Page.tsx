import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../words";

interface Props {
  readonly title: string;
  readonly lead?: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A screen: one heading that takes the focus after a navigation, and the document's title. */
export function Page({ title, lead, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${words.value.product}`;
  }, [title, words.value]);
  return (
    <div class="stack">
      <div class="row spread">
        <div>
          <h1 tabIndex={-1} class="long">{title}</h1>
          {lead && <p class="soft">{lead}</p>}
        </div>
        {actions && <div class="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
