import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Moves } from "../../api/shapes";
import { zone } from "../../app/preferences";
import { TextField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { ReasonDialog } from "../../design/Reason";
import { Table } from "../../design/Table";
import { count, now, offsetOf } from "../../design/Time";
import { say } from "../../design/toast";
import { words } from "../../words";
import { instant } from "../messages/filters";

interface Props {
  readonly name: string;
  readonly onClose: () => void;
}

/** Ask that an empty group goes back or on; what it would mean stands there before. */
export function MoveDialog({ name, onClose }: Props) {
  const text = words.value.consumers;
  const to = useSignal("");
  const wanted = to.value ? instant(to.value, offsetOf(zone.value, now.value)) : undefined;
  const found = useLoad(`${name} ${wanted ?? ""}`, (stop) => ask<Moves>("GET", at`/ops/consumers/${name}/move`, { query: { to: wanted }, stop }));
  const act = async (reason: string) => {
    await ask("POST", `${at`/ops/consumers/${name}`}:move`, { body: { to: wanted ?? null, reason } });
    say(text.asked);
  };
  return (
    <ReasonDialog title={`${text.move}: ${name}`} action={text.moveAct} risky act={act} onClose={onClose}>
      <p>{text.moveMeans}</p>
      <TextField label={text.to} hint={text.toHint} name="to" type="datetime-local" step="1" value={to.value} onInput={(value) => { to.value = value; }} />
      <Shown from={found} empty={({ items }) => items.length === 0}>
        {({ items }) => (
          <Table label={text.move} rows={items} id={(one) => `${one.topic}/${one.partition}`} columns={[
            { key: "place", title: words.value.lag.partition, cell: (one) => <code>{one.topic}/{one.partition}</code> },
            { key: "before", title: text.before, number: true, cell: (one) => count(one.before) },
            { key: "after", title: text.after, number: true, cell: (one) => count(one.after) },
          ]} />
        )}
      </Shown>
    </ReasonDialog>
  );
}
