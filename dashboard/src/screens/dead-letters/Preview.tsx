import { useSignal } from "@preact/signals";
import { ask, at, type Values } from "../../api/http";
import type { RetryJob } from "../../api/shapes";
import { useFields } from "../../app/fields";
import { go, href } from "../../app/router";
import { AreaField, CheckField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { words } from "../../words";

interface Props {
  readonly action: "retry" | "drop";
  readonly title: string;
  readonly filter: Values;
  readonly onClose: () => void;
}

/** Ask for a job: which ones, for whom, how fast, and whether it only tells what it would do. */
export function Preview({ action, title, filter, onClose }: Props) {
  const text = words.value.pace;
  const { fields, put } = useFields({ batch: "500", perMinute: "", systems: "" });
  const dry = useSignal(false);
  const act = async (reason: string) => {
    const { batch, perMinute } = fields.value;
    const systems = fields.value.systems.split(/\s+/).filter(Boolean);
    const pace = { batch: Number(batch), per_minute: perMinute ? Number(perMinute) : null, dry_run: dry.value };
    const body = { action, filter: { ...filter, ...(systems.length ? { systems } : {}) }, reason, ...pace };
    const job = await ask<RetryJob>("POST", "/ops/retry-jobs", { body });
    go(href(at`/retry-jobs/${job.id}`));
  };
  return (
    <ReasonDialog title={title} action={words.value.deadLetters.preview} act={act} onClose={onClose}>
      <p>{words.value.deadLetters.previewLead}</p>
      <details>
        <summary>{text.title}</summary>
        <div class="stack-s">
          <TextField label={text.batch} name="batch" type="number" min={1} max={500} required value={fields.value.batch} onInput={put("batch")} />
          <TextField label={text.perMinute} name="per-minute" type="number" min={1} max={100000} value={fields.value.perMinute} onInput={put("perMinute")} />
          <AreaField label={text.systems} name="systems" value={fields.value.systems} onInput={put("systems")} />
        </div>
      </details>
      <CheckField label={text.dryRun} checked={dry.value} onChange={(value) => { dry.value = value; }} />
    </ReasonDialog>
  );
}
