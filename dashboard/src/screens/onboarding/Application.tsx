import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Application } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { ReasonDialog } from "../../design/Reason";
import { Time } from "../../design/Time";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";
import { StageBadge } from "./Applications";
import { Checklist, Troubles } from "./Checklist";
import { KeyCard } from "./KeyCard";
import { STAGES, stateOf, type Stage } from "./stages";
import { TestCard } from "./TestCard";
import "../trace/trace.css";

/** The hub ticks the checklist while the twin sends: the page follows. */
const REFRESH_MS = 15_000;

interface Props {
  readonly found: Application;
  readonly again: () => void;
}

/** Where a system stands on its way to production, and what its next step is. */
export function ApplicationScreen({ system }: { readonly system: string }) {
  const text = words.value.onboarding;
  const loaded = useLoad(system, (stop) => ask<Application>("GET", at`/v1/admin/onboardings/${system}`, { stop }));
  useEffect(() => {
    const ticking = setInterval(loaded.again, REFRESH_MS);
    return () => clearInterval(ticking);
  }, []);
  return (
    <Page title={system} lead={text.one}>
      <Shown from={loaded}>
        {(found) => (
          <>
            <div class="columns">
              <Steps found={found} />
              <div class="stack"><Facts found={found} /><Next found={found} again={loaded.again} /></div>
            </div>
            <Checklist checks={found.checks} again={loaded.again} />
            <Troubles found={found} />
            <TestCard found={found} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function Steps({ found }: { readonly found: Application }) {
  const text = words.value.onboarding;
  const shown = { done: ["good", text.stepDone], now: ["warn", text.stepNow], later: ["none", text.stepLater] } as const;
  return (
    <section class="card stack-s" aria-label={words.value.shares.steps}>
      <ol class="timeline">
        {STAGES.map((step) => {
          const [tone, told] = shown[stateOf(step, found.stage)];
          return <li key={step} class={`step step-${tone}`} data-step={step} data-state={stateOf(step, found.stage)}><span class="row"><strong>{text.steps[step]}</strong><Badge tone={tone} text={told} /></span></li>;
        })}
      </ol>
    </section>
  );
}

function Facts({ found }: { readonly found: Application }) {
  const text = words.value.onboarding;
  const several = (values: readonly string[]) => (values.length ? values.map((one) => <div key={one} class="long">{one}</div>) : text.nothing);
  return (
    <section class="card" aria-label={text.one}>
      <dl class="facts">
        <dt>{text.stage}</dt><dd data-stage={found.stage}><StageBadge stage={found.stage} /></dd>
        <dt>{text.name}</dt><dd class="long">{found.name}</dd>
        <dt>{text.organisation}</dt><dd>{found.organisation}</dd>
        <dt>{text.sends}</dt><dd>{several(found.sends)}</dd>
        <dt>{text.recipients}</dt><dd>{several(found.recipients)}</dd>
        <dt>{text.takes}</dt><dd>{several(found.takes)}</dd>
        <dt>{text.twin}</dt><dd><code>{found.sandbox}</code></dd>
        <dt>{text.askedBy}</dt><dd>{found.asked_by} · <Time at={found.asked_at} /></dd>
      </dl>
    </section>
  );
}

/** The one step that is to be done now, and by whom. */
function Next({ found, again }: Props) {
  const text = words.value.onboarding;
  const stage = found.stage as Stage;
  const { request } = found;
  if (stage === "registered") return <KeyCard found={found} named={found.sandbox} title={text.key.twin} right="rules.change" done={again} />;
  if (stage === "approved") return <KeyCard found={found} named={found.system} title={text.key.own} right="keys.manage" done={again} />;
  if (stage === "submitted") {
    return <section class="card stack-s" aria-label={text.stages["submitted"]}><p>{text.waits} <span class="small soft">{request?.asked_by} · <Time at={request?.asked_at} /></span></p><p><Link href={href("/requests")}>{words.value.shares.toRequests}</Link></p></section>;
  }
  if (stage === "in_production") {
    return <section class="card stack-s" aria-label={text.stages["in_production"]}><p>{text.production}</p>{mayDo("GET /ops/routes") && <p><Link href={href("/routes", { sender: found.system })}>{text.routes}</Link></p>}</section>;
  }
  return (
    <section class="card stack-s" aria-label={text.submit}>
      {request?.decision === "refused" && <p role="note" class="notice notice-failed">{text.refusedBy(request.decided_by ?? "")} {request.decision_reason}</p>}
      <p>{stage === "conforming" ? text.steps.submitted : text.steps.conforming}</p>
      <Submit found={found} again={again} />
    </section>
  );
}

function Submit({ found, again }: Props) {
  const text = words.value.onboarding;
  const asking = useSignal(false);
  const act = async (reason: string) => {
    await ask("POST", `${at`/v1/admin/onboardings/${found.system}`}:submit`, { body: { reason } });
    say(text.submitted);
    again();
  };
  return (
    <div class="row">
      <Write does="POST /v1/admin/onboardings/{system}:submit" class="button button-main" disabled={found.stage !== "conforming"} onClick={() => { asking.value = true; }}>{text.submit}</Write>
      {asking.value && <ReasonDialog title={`${text.submit}: ${found.system}`} action={text.submit} act={act} onClose={() => { asking.value = false; }} />}
    </div>
  );
}
