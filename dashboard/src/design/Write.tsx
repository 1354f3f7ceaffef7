import type { ComponentChildren } from "preact";
import { Link } from "../app/Link";
import { BANNER_ID } from "../app/ReadOnlyBanner";
import { stopped } from "../app/read-only";
import { mayDo, type Call } from "../app/session";
import { words } from "../words";

interface Props {
  /** The call that it leads to: whoever may not make it does not see the control. */
  readonly does: Call;
  readonly class?: string;
  readonly disabled?: boolean;
  readonly onClick?: () => void;
  /** Leads to a screen that makes the call, instead of acting here. */
  readonly to?: string;
  readonly type?: "button" | "submit";
  readonly children: ComponentChildren;
}

/** A control that changes something: only for whoever may, and still while the hub is read-only. */
export function Write({ does, to, class: looks = "button", disabled = false, type = "button", onClick, children }: Props) {
  if (!mayDo(does)) return null;
  if (stopped(does)) {
    return <button type="button" class={looks} disabled data-does={does} title={words.value.readOnly.stopped} aria-describedby={BANNER_ID}>{children}</button>;
  }
  if (to) return <Link href={to} class={looks} does={does}>{children}</Link>;
  return <button type={type} class={looks} disabled={disabled} data-does={does} onClick={onClick}>{children}</button>;
}
