import { useSignal } from "@preact/signals";
import { allOf, text as attribute } from "../../api/entities";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Entity } from "../../api/shapes";
import { useFields } from "../../app/fields";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

const PUTS = "change put_type_owner";
const DELETES = "change delete_type_owner";
type Chosen = { readonly kind: "put"; readonly type: string } | { readonly kind: "delete"; readonly type: string };

/** Which organisation says who may send and get each type. */
export function Owners() {
  const text = words.value.owners;
  const found = useLoad("owners", (stop) => allOf("type-owners", stop));
  const chosen = useSignal<Chosen | null>(null);
  const choose = (kind: Chosen["kind"], type: string) => () => { chosen.value = { kind, type }; };
  const columns: readonly Column<Entity>[] = [
    { key: "type", title: words.value.shares.type, cell: (one) => <Link href={href("/shares", { type: one.id })} class="document long">{one.id}</Link> },
    { key: "owner", title: text.organisation, cell: (one) => <Link href={href(at`/directory/${attribute(one, "organisation")}`)}>{attribute(one, "organisation")}</Link> },
    ...(mayDo(PUTS) ? [{ key: "act", title: words.value.edit.act, cell: (one: Entity) => (
      <div class="row"><Write does={PUTS} onClick={choose("put", one.id)}>{words.value.edit.change}</Write><Write does={DELETES} onClick={choose("delete", one.id)}>{text.remove}</Write></div>
    ) }] : []),
  ];
  return (
    <section class="stack-s" aria-label={text.title}>
      <div class="row spread"><p class="soft">{text.lead}</p><Write does={PUTS} class="button button-main" onClick={choose("put", "")}>{text.add}</Write></div>
      <Shown from={found} empty={(all) => all.length === 0} whenEmpty={<p>{text.none}</p>}>
        {(all) => <Table label={text.title} columns={columns} rows={all} id={(one) => one.id} />}
      </Shown>
      {chosen.value && <OwnerDialog chosen={chosen.value} done={() => { say(words.value.edit.done); found.again(); }} onClose={() => { chosen.value = null; }} />}
    </section>
  );
}

function OwnerDialog({ chosen, done, onClose }: { readonly chosen: Chosen; readonly done: () => void; readonly onClose: () => void }) {
  const text = words.value.owners;
  const { fields, put } = useFields({ type: chosen.type, organisation: "" });
  const puts = chosen.kind === "put";
  const act = async (reason: string) => {
    const type = fields.value.type.trim();
    const change = puts ? { change: "put_type_owner", type, organisation: fields.value.organisation.trim() } : { change: "delete_type_owner", type };
    await ask("POST", "/v1/admin/changes", { body: { reason, changes: [change] } });
    done();
  };
  return (
    <ReasonDialog title={puts ? text.title : `${text.remove}: ${chosen.type}`} action={puts ? words.value.edit.save : text.remove} risky={!puts} act={act} onClose={onClose}>
      <p>{puts ? text.means : text.removeMeans}</p>
      {puts && <>
        <TextField label={words.value.shares.type} name="owner-type" required value={fields.value.type} onInput={put("type")} />
        <TextField label={text.organisation} name="owner-organisation" required value={fields.value.organisation} onInput={put("organisation")} />
      </>}
    </ReasonDialog>
  );
}
