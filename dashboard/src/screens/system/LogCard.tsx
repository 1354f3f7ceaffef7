import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { LogEnd, LogLine } from "../../api/shapes";
import { mayDo } from "../../app/session";
import { Badge, type Tone } from "../../design/Badge";
import { ChoiceField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Time } from "../../design/Time";
import { named, words } from "../../words";

const LINES = 200;
const LEVELS = ["debug", "info", "warning", "error"] as const;
const TONES: Readonly<Record<string, Tone>> = { warning: "warn", error: "bad", critical: "bad" };

/** The last lines of a process's log, masked by the hub, the newest first. */
export function LogCard({ processes }: { readonly processes: readonly string[] }) {
  const text = words.value.logs;
  const process = useSignal(processes[0] ?? "");
  const level = useSignal<string>("warning");
  if (!mayDo("GET /ops/system/logs/{process}")) return null;
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <p class="small soft">{text.lead}</p>
      <div class="filters-row">
        <ChoiceField label={text.process} name="log-process" value={process.value} onInput={(value) => { process.value = value; }} options={processes.map((one) => [one, one] as const)} />
        <ChoiceField label={text.level} name="log-level" value={level.value} onInput={(value) => { level.value = value; }} options={LEVELS.map((one) => [one, named(text.levels, one)] as const)} />
      </div>
      <Lines process={process.value} level={level.value} />
    </section>
  );
}

function Lines({ process, level }: { readonly process: string; readonly level: string }) {
  const text = words.value.logs;
  const found = useLoad(`${process} ${level}`, (stop) => ask<LogEnd>("GET", at`/ops/system/logs/${process}`, { query: { level, lines: LINES }, stop }));
  return (
    <>
      <div class="row"><button type="button" class="button" onClick={found.again}>{words.value.notice.refresh}</button></div>
      <Shown from={found} empty={({ lines }) => !lines?.length} whenEmpty={<p>{text.none}</p>}>
        {({ lines }) => <ol class="plain-list log" tabIndex={0} aria-label={text.title}>{[...(lines ?? [])].reverse().map((line, index) => <Line key={index} line={line} />)}</ol>}
      </Shown>
    </>
  );
}

function Line({ line }: { readonly line: LogLine }) {
  const more = Object.keys(line.more).length > 0;
  return (
    <li class="small">
      <span class="row"><Badge tone={TONES[line.level] ?? "none"} text={named(words.value.logs.levels, line.level)} /><Time at={line.at} ago={false} /></span>
      <div class="code long">{line.event}{more && <span class="soft"> {JSON.stringify(line.more)}</span>}</div>
    </li>
  );
}
