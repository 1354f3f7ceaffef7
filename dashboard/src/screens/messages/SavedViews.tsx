import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Paged, View } from "../../api/shapes";
import { Link } from "../../app/Link";
import { place } from "../../app/router";
import { BASE } from "../../app/router";
import { may, mayDo } from "../../app/session";
import { CheckField, TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Dialog } from "../../design/Dialog";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** Saved filters of a screen: one's own and those that others share. */
export function SavedViews({ screen }: { readonly screen: string }) {
  const text = words.value.views;
  const open = useSignal<"none" | "list" | "save">("none");
  const close = () => { open.value = "none"; };
  if (!mayDo("GET /ops/messages")) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => { open.value = "list"; }}>{text.title}</button>
      <Write does="POST /ops/views" onClick={() => { open.value = "save"; }}>{text.save}</Write>
      {open.value === "list" && <ViewList screen={screen} onClose={close} />}
      {open.value === "save" && <SaveView screen={screen} onClose={close} />}
    </>
  );
}

interface Props {
  readonly screen: string;
  readonly onClose: () => void;
}

function ViewList({ screen, onClose }: Props) {
  const text = words.value.views;
  const found = useLoad(screen, (stop) => ask<Paged<View>>("GET", "/ops/views", { query: { screen }, stop }));
  const remove = async (id: string) => {
    await ask("DELETE", at`/ops/views/${id}`);
    found.again();
  };
  return (
    <Dialog title={text.title} onClose={onClose}>
      <Shown from={found} empty={(page) => page.items.length === 0}>
        {(page) => (
          <ul class="plain-list">
            {page.items.map((view) => (
              <li key={view.id} class="row spread">
                <span onClick={onClose}><Link href={`${BASE}/${screen}?${view.query}`} class="long">{view.name}</Link>{" "}
                  {view.shared && <span class="small soft">{text.by(view.owner)}</span>}</span>
                {view.mine && <Write does="DELETE /ops/views/{id}" onClick={() => void remove(view.id)}>{text.remove}</Write>}
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <div class="dialog-actions"><button type="button" class="button" onClick={onClose}>{words.value.help.close}</button></div>
    </Dialog>
  );
}

function SaveView({ screen, onClose }: Props) {
  const text = words.value.views;
  const name = useSignal("");
  const shared = useSignal(false);
  const query = new URLSearchParams(Object.entries(place.value.query).filter(([key]) => key !== "after" && key !== "before")).toString();
  const act = async (reason: string) => {
    await ask("POST", "/ops/views", { body: { screen, name: name.value.trim(), query, shared: shared.value, reason } });
  };
  return (
    <ReasonDialog title={text.save} action={text.save} act={act} onClose={onClose}>
      <TextField label={text.name} name="view-name" required maxLength={100} value={name.value} onInput={(value) => { name.value = value; }} />
      {may("views.share") && <CheckField label={text.share} checked={shared.value} onChange={(value) => { shared.value = value; }} />}
    </ReasonDialog>
  );
}
