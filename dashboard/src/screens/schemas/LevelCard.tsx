import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { SchemaUse } from "../../api/shapes";
import { ChoiceField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { named, words } from "../../words";

const LEVELS = ["BACKWARD_TRANSITIVE", "BACKWARD", "FORWARD_TRANSITIVE", "FORWARD", "FULL_TRANSITIVE", "FULL", "NONE"] as const;

interface Props {
  /** `<name>:<major>`. */
  readonly family: string;
  readonly use: SchemaUse;
  readonly done: () => void;
}

/** What a new version owes to the old ones; set with a reason. */
export function LevelCard({ family, use, done }: Props) {
  const text = words.value.schemaLife;
  const open = useSignal(false);
  const level = useSignal("");
  const act = async (reason: string) => {
    await ask("PUT", at`/ops/schemas/${family}/level`, { body: { level: level.value || null, reason } });
    say(text.levelSet);
    done();
  };
  return (
    <section class="card stack-s" aria-label={text.level}>
      <h2>{text.level}</h2>
      <p data-level={use.level}><code>{use.level}</code> · {use.own ? text.own : text.shared}</p>
      <p class="small soft">{named(text.levels, use.level)}</p>
      <Write does="PUT /ops/schemas/{family}/level" onClick={() => { level.value = use.own ? use.level : ""; open.value = true; }}>{text.setLevel}</Write>
      {open.value && (
        <ReasonDialog title={text.setLevel} action={text.setLevel} risky act={act} onClose={() => { open.value = false; }}>
          <ChoiceField label={text.level} name="level" value={level.value} onInput={(value) => { level.value = value; }}
            options={[["", text.shared], ...LEVELS.map((one) => [one, `${one} – ${named(text.levels, one)}`] as const)]} />
        </ReasonDialog>
      )}
    </section>
  );
}
