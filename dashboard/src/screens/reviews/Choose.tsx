import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { Review } from "../../api/shapes";
import { CheckField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { words } from "../../words";
import { nameOf } from "./Candidate";

/** For each open address the systems that shall get it. */
type Choices = Readonly<Record<string, readonly string[]>>;

interface Props {
  readonly review: Review;
  readonly done: () => void;
  readonly onClose: () => void;
}

/** The suggested split, ticked; the person keeps it or says otherwise. Nobody ticked: nobody gets it. */
export function Choose({ review, done, onClose }: Props) {
  const text = words.value.reviews;
  const choices = useSignal<Choices>(suggestedOf(review));
  const tick = (address: string, system: string, on: boolean) => {
    const before = choices.value[address] ?? [];
    choices.value = { ...choices.value, [address]: on ? [...before, system] : before.filter((one) => one !== system) };
  };
  const others = useSignal<Readonly<Record<string, string>>>({});
  const all = () => Object.fromEntries(Object.entries(choices.value).map(([address, systems]) => [address, [...new Set([...systems, ...named(others.value[address])])]] as const));
  const act = async (reason: string) => {
    await ask("POST", `${at`/v1/admin/reviews/${review.source}/${review.id}`}:choose`, { body: { reason, choices: all() } });
    say(text.done);
    done();
  };
  const nobody = Object.values(all()).every((systems) => systems.length === 0);
  return (
    <ReasonDialog title={`${text.choose}: ${review.subject || review.id}`} action={nobody ? text.giveNobody : text.give} risky={nobody} act={act} onClose={onClose}>
      <p>{text.means}</p>
      {review.addresses.map((open) => (
        <fieldset key={open.address} class="stack-s">
          <legend><code>{open.address}</code></legend>
          {open.candidates.map((one) => (
            <div key={one.system} data-system={one.system}>
              {one.takes
                ? <CheckField label={`${nameOf(one)}${one.suggested ? ` · ${text.suggested}` : ""}`} checked={choices.value[open.address]?.includes(one.system) ?? false} onChange={(on) => tick(open.address, one.system, on)} />
                : <p class="small soft">{nameOf(one)} · {text.takesNot}</p>}
            </div>
          ))}
          <TextField label={text.others} hint={text.othersHint} name="others" value={others.value[open.address] ?? ""} onInput={(value) => { others.value = { ...others.value, [open.address]: value }; }} />
        </fieldset>
      ))}
      {nobody && <p role="alert" class="notice notice-failed">{text.nobody}</p>}
    </ReasonDialog>
  );
}

function named(typed: string | undefined): readonly string[] {
  return (typed ?? "").split(/[\s,]+/).filter(Boolean);
}

function suggestedOf(review: Review): Choices {
  const systems = (open: Review["addresses"][number]) => open.candidates.filter((one) => one.suggested && one.takes).map((one) => one.system);
  return Object.fromEntries(review.addresses.map((open) => [open.address, systems(open)]));
}
