import { useEffect } from "preact/hooks";
import { ask, at } from "../../api/http";
import { refreshOnChange } from "../../api/live";
import { useLoad } from "../../api/load";
import type { Trace } from "../../api/shapes";
import { StateBadge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Time } from "../../design/Time";
import { words } from "../../words";
import { BodyCard } from "./Body";
import { ContentCard } from "./Content";
import { EvidenceCard } from "./Evidence";
import { Facts } from "./Facts";
import { Links } from "./Links";
import { Neighbours } from "./Neighbours";
import { ReasonCard } from "./ReasonCard";
import { Recipients } from "./Recipients";
import { SignerCard } from "./Signer";
import { Stages } from "./Stages";
import { VerdictCard } from "./Verdict";
import "./trace.css";

const REFRESH_MS = 1_000;
/** A message that waits for its documents is in one of these. */
const STOPPED: ReadonlySet<string> = new Set(["held", "manual_review"]);

interface Props {
  readonly source: string;
  readonly id: string;
}

/** One message: where it is, since when, who must act; and every step that led there. */
export function TraceScreen({ source, id }: Props) {
  const text = words.value.trace;
  const found = useLoad(`${source}/${id}`, (stop) => ask<Trace>("GET", at`/ops/messages/${source}/${id}`, { stop }));
  useEffect(() => refreshOnChange(found.again, REFRESH_MS, (change) => change.source === source && change.id === id), [source, id]);
  const state = found.state.value;
  const subject = state.kind === "ready" ? state.value.attributes["subject"] : null;
  return (
    <Page title={subject || id} lead={`${text.title} · ${source} / ${id}`} actions={<Neighbours current={`${source}/${id}`} />}>
      <Shown from={found}>{(trace) => <TraceView trace={trace} />}</Shown>
    </Page>
  );
}

function TraceView({ trace }: { readonly trace: Trace }) {
  const text = words.value.trace;
  return (
    <>
      <p class="row verdict">
        <StateBadge state={trace.withdrawn_at ? "withdrawn" : trace.outcome} />
        <span>{text.decided} <Time at={trace.decided_at} /></span>
        {trace.attributes["priority"] === "urgent" && <StateBadge state="urgent" />}
      </p>
      {trace.reason && <ReasonCard code={trace.reason.code} help={trace.reason.help} />}
      <div class="columns">
        <div class="stack">
          <Recipients recipients={trace.recipients} />
          <Stages trace={trace} />
        </div>
        <div class="stack">
          <Facts trace={trace} />
          {trace.signer && <SignerCard signer={trace.signer} />}
          {trace.documents && <VerdictCard found={trace.documents} held={trace.recipients.some((one) => STOPPED.has(one.state))} />}
          <Links links={trace.links} />
          <EvidenceCard trace={trace} />
          <ContentCard source={trace.source} id={trace.id} recipients={trace.recipients.map((one) => one.system)} kept={trace.body.kept} />
          <BodyCard trace={trace} />
          <details class="card">
            <summary>{text.raw}</summary>
            <pre tabIndex={0} aria-label={text.raw}>{JSON.stringify(trace, null, 2)}</pre>
          </details>
        </div>
      </div>
    </>
  );
}
