import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** False where leaving would lose something, as the sign-in that a waiting action needs. */
  readonly dismissable?: boolean;
  readonly children: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus inside and gives it back to where it was. */
export function Dialog({ title, onClose, dismissable = true, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onCancel = (event: Event) => {
    event.preventDefault();
    if (dismissable) onClose();
  };
  return (
    <dialog ref={element} class="dialog" aria-labelledby={heading} onCancel={onCancel}>
      <div class="dialog-body">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
