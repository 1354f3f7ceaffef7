import { useSignal } from "@preact/signals";
import type { Organisation } from "../../api/shapes";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { Form } from "./Form";

/** Change one organisation: also its end, and who takes its place. */
export function ChangeButton({ one, done }: { readonly one: Organisation; readonly done: () => void }) {
  const open = useSignal(false);
  return (
    <>
      <Write does="change put_organisation" onClick={() => { open.value = true; }}>{words.value.edit.change}</Write>
      {open.value && <Form one={one} done={done} onClose={() => { open.value = false; }} />}
    </>
  );
}

/** An organisation that the directory does not know yet. */
export function NewButton() {
  const open = useSignal(false);
  return (
    <>
      <Write does="change put_organisation" class="button button-main" onClick={() => { open.value = true; }}>{words.value.organisation.add}</Write>
      {open.value && <Form one={null} done={() => undefined} onClose={() => { open.value = false; }} />}
    </>
  );
}
