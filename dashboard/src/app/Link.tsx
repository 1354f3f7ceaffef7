import type { ComponentChildren } from "preact";
import { go } from "./router";

interface Props {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
  readonly title?: string;
  /** Where the screen behind it makes a call that changes something: that call. */
  readonly does?: string;
}

/** A link inside the console. Middle click and modifier keys open a new tab, as everywhere. */
export function Link({ href, children, current, label, does, ...rest }: Props) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a {...rest} href={href} onClick={onClick} aria-current={current ? "page" : undefined} aria-label={label} data-does={does}>
      {children}
    </a>
  );
}
