import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { RetryJob } from "../../api/shapes";
import { me, mayDo, type Call } from "../../app/session";
import { StateBadge } from "../../design/Badge";
import { CheckField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { count, Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { Items } from "./Items";

const REFRESH_MS = 2_000;
type Order = "confirm" | "pause" | "resume" | "cancel";
const ORDERS: Readonly<Record<string, readonly Order[]>> = { previewed: ["confirm", "cancel"], running: ["pause", "cancel"], paused: ["resume", "cancel"] };

/** One decision about many: its preview, its second person, its progress, what became of each. */
export function JobScreen({ id }: { readonly id: string }) {
  const text = words.value.jobs;
  const found = useLoad(id, (stop) => ask<RetryJob>("GET", at`/ops/retry-jobs/${id}`, { stop }));
  useEffect(() => {
    const ticking = setInterval(found.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={text.one} lead={id}>
      <Shown from={found}>
        {(job) => (
          <>
            <JobCard job={job} done={found.again} />
            {job.state !== "previewed" && <Items id={id} />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function JobCard({ job, done }: { readonly job: RetryJob; readonly done: () => void }) {
  const text = words.value.jobs;
  const filters = Object.entries(job.filter).filter(([, value]) => value);
  return (
    <section class="card stack-s" aria-label={text.one}>
      <p class="row"><StateBadge state={job.state} /><strong>{text.actions(job.action, count(job.count))}</strong></p>
      <progress max={Math.max(1, job.count)} value={job.handled} aria-label={text.progress} />
      <dl class="facts">
        <dt>{text.progress}</dt><dd>{count(job.handled)} / {count(job.count)}</dd>
        <dt>{text.filter}</dt><dd>{filters.map(([name, value]) => <div key={name}><span class="code">{name}</span> = {String(value)}</div>)}</dd>
        <dt>{words.value.pace.title}</dt><dd data-pace>{words.value.pace.of(count(job.batch), job.per_minute === null ? "" : count(job.per_minute))}{job.dry_run && ` · ${words.value.pace.isDry}`}</dd>
        {job.state === "running" && job.next_at && <><dt>{words.value.pace.nextAt}</dt><dd><Time at={job.next_at} /></dd></>}
        <dt>{text.reason}</dt><dd>{job.reason}</dd>
        <dt>{text.askedBy}</dt><dd>{job.asked_by} · <Time at={job.asked_at} /></dd>
        {job.confirmed_by && <><dt>{text.confirmedBy}</dt><dd>{job.confirmed_by}</dd></>}
        {job.ended_at && <><dt>{text.endedAt}</dt><dd><Time at={job.ended_at} /></dd></>}
      </dl>
      <JobOrders job={job} done={done} />
    </section>
  );
}

const LOOKS: Readonly<Record<Order, string>> = { confirm: "button button-main", pause: "button", resume: "button", cancel: "button button-risky" };

function callOf(order: Order): Call {
  return order === "confirm" ? "POST /ops/retry-jobs/{id}:confirm" : "POST /ops/retry-jobs/{id}:{move}";
}

function JobOrders({ job, done }: { readonly job: RetryJob; readonly done: () => void }) {
  const text = words.value.jobs;
  const asked = useSignal<Order | null>(null);
  const paused = useSignal(false);
  const named = (order: Order) => (order === "confirm" ? text.confirm(count(job.count)) : text[order]);
  const act = async (reason: string) => {
    const order = asked.value ?? "";
    // Whoever confirms says how many he has seen: it fails where they have become others.
    await ask("POST", `${at`/ops/retry-jobs/${job.id}`}:${order}`, { body: order === "confirm" ? { count: job.count, reason, paused: paused.value } : { reason } });
    done();
  };
  // The hub refuses it too; here a person is spared the try, and told whom to ask.
  const another = job.second_person && job.asked_by === me.value?.name;
  return (
    <>
      {job.state === "previewed" && job.second_person && mayDo(callOf("confirm")) && <p class="notice notice-forbidden">{text.secondPerson}</p>}
      <div class="row">
        {(ORDERS[job.state] ?? []).map((order) => (
          <Write key={order} does={callOf(order)} class={LOOKS[order]} disabled={order === "confirm" && another} onClick={() => { asked.value = order; }}>{named(order)}</Write>
        ))}
      </div>
      {asked.value && <ReasonDialog title={named(asked.value)} action={named(asked.value)} risky={asked.value === "cancel"} act={act} onClose={() => { asked.value = null; }}>
        {asked.value === "confirm" && <CheckField label={words.value.pace.paused} checked={paused.value} onChange={(value) => { paused.value = value; }} />}
      </ReasonDialog>}
    </>
  );
}
