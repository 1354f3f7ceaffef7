import type { LogStanding } from "../../api/shapes";
import { Badge, type Tone } from "../../design/Badge";
import { count, Time } from "../../design/Time";
import { words } from "../../words";

const STAMPING: Readonly<Record<LogStanding["stamping"], Tone>> = { never: "none", current: "good", behind: "bad" };
const WITNESSING: Readonly<Record<LogStanding["witnessing"], Tone>> = { none: "warn", partly: "warn", whole: "good" };

/** The three questions about the log, each with who must act where the answer is no. */
export function Standing({ log }: { readonly log: LogStanding }) {
  const text = words.value.transparency;
  const damaged = log.shards.filter((one) => one.damaged).length;
  return (
    <section class="card stack-s" aria-label={text.standing}>
      <h2>{text.standing}</h2>
      <dl class="facts">
        <dt>{text.leaves}</dt>
        <dd><strong>{count(log.leaves)}</strong></dd>
        <dt>{text.title}</dt>
        <dd>{damaged > 0 ? <><Badge tone="bad" text={text.damaged(count(damaged))} /><p class="small">{text.damagedNext}</p></> : <Badge tone="good" text={text.sound} />}</dd>
        <dt>{text.newest}</dt>
        <dd>{log.newest ? <Time at={log.newest.at} /> : text.noAnchors}</dd>
        <dt>{text.time}</dt>
        <dd><Stamps log={log} /></dd>
        <dt>{text.witness}</dt>
        <dd><Badge tone={WITNESSING[log.witnessing]} text={text.witnessings[log.witnessing]} /><p class="small">{text.witnessNext[log.witnessing]}</p></dd>
        <dt>{text.hub}</dt>
        <dd>{log.hub}</dd>
        <dt>{text.key}</dt>
        <dd><span class="code small">{log.key}</span><p class="small soft">{text.keyHint}</p></dd>
      </dl>
    </section>
  );
}

function Stamps({ log }: { readonly log: LogStanding }) {
  const text = words.value.transparency;
  const { stamped, stamping } = log;
  return (
    <>
      <Badge tone={STAMPING[stamping]} text={text.stampings[stamping]} />
      {stamped && <p class="small">{text.lastStamp}: <Time at={stamped.stamped_at} /> · {text.stampUntil}: <Time at={stamped.stamp_until} ago={false} /></p>}
      {stamping === "behind" && <p class="small">{text.waits} <Time at={log.waits_since} /> · {text.unstamped(count(log.unstamped))}</p>}
      <p class="small">{text.stampNext[stamping]}</p>
    </>
  );
}
