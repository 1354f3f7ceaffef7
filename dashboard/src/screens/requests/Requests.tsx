import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { Paged, SecondPersonRequest } from "../../api/shapes";
import { filter, place } from "../../app/router";
import { me } from "../../app/session";
import { Badge } from "../../design/Badge";
import { CheckField } from "../../design/Field";
import { Shown } from "../../design/Notice";
import { Page } from "../../design/Page";
import { Pager } from "../../design/Pager";
import { ReasonDialog } from "../../design/Reason";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { EffectCard } from "../shares/Effect";
import { changesOf } from "../shares/requested";
import { About } from "./About";

type Order = "approve" | "refuse" | "withdraw";

/** What waits for a second person: invariant 11, risky actions are done by two. */
export function RequestsScreen() {
  const text = words.value.requests;
  const all = place.value.query["all"] === "yes";
  const before = place.value.query["before"];
  const found = useLoad(`${all} ${before ?? ""}`, (stop) => ask<Paged<SecondPersonRequest>>("GET", "/ops/requests", { query: { waiting: !all, before }, stop }));
  const asked = useSignal<{ readonly order: Order; readonly id: string } | null>(null);
  const act = async (reason: string) => {
    if (!asked.value) return;
    await ask("POST", `${at`/ops/requests/${asked.value.id}`}:${asked.value.order}`, { body: { reason } });
    found.again();
  };
  return (
    <Page title={text.title} lead={text.lead} actions={<CheckField label={text.all} checked={all} onChange={(on) => filter({ all: on ? "yes" : "", before: undefined })} />}>
      <Shown from={found} empty={({ items, next }) => items.length === 0 && !next} whenEmpty={<p>{text.none}</p>}>
        {({ items, next }) => (
          <>
            <ul class="plain-list">
              {items.map((one) => <RequestCard key={one.id} request={one} choose={(order) => { asked.value = { order, id: one.id }; }} />)}
            </ul>
            {(next || before) && <Pager page={{ next, previous: before ? "newest" : null }} go={(cursor) => filter({ before: cursor.after })} />}
          </>
        )}
      </Shown>
      {asked.value && <ReasonDialog title={text[asked.value.order]} action={text[asked.value.order]} act={act} onClose={() => { asked.value = null; }} />}
    </Page>
  );
}

function RequestCard({ request, choose }: { readonly request: SecondPersonRequest; readonly choose: (order: Order) => void }) {
  const text = words.value.requests;
  const own = request.asked_by === me.value?.name;
  const open = request.decision === null;
  const decides = `approve ${request.kind}` as const;
  return (
    <li class="card stack-s">
      <div class="row spread">
        <h2 class="long">{named(text.kinds, request.kind)}: {request.target}</h2>
        <Badge tone={open ? "warn" : request.decision === "approved" ? "good" : "none"} text={named(text.decisions, request.decision ?? "waiting")} />
      </div>
      <p class="small">{text.askedBy} <strong>{request.asked_by}</strong> · <Time at={request.asked_at} /></p>
      <p class="long">{request.reason}</p>
      <pre tabIndex={0} aria-label={text.payload}>{JSON.stringify(request.payload, null, 2)}</pre>
      <About request={request} />
      {open && request.kind === "rules" && <EffectCard changes={() => changesOf(request)} />}
      {request.decided_by && <p class="small">{request.decided_by} · <Time at={request.decided_at} /> · {request.decision_reason}</p>}
      {open && (
        <div class="row">
          {request.may_approve && <Write does={decides} class="button button-main" onClick={() => choose("approve")}>{text.approve}</Write>}
          {request.may_approve && <Write does={decides} onClick={() => choose("refuse")}>{text.refuse}</Write>}
          {own && <Write does={decides} onClick={() => choose("withdraw")}>{text.withdraw}</Write>}
        </div>
      )}
    </li>
  );
}
