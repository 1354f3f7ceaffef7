"""Take one message: admission, known repetitions, durable write, and the awaited decision."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.jws import content_hash
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Place, Received

from hub.api.deps import Deps
from hub.api.explained import explained
from hub.api.problems import Code, busy
from hub.api.quotas import expect_within_quota
from hub.api.tokens import Caller
from hub.decision.events import AuditEvent, Event
from hub.decision.histories import history
from hub.decision.sandbox import in_sandbox

ACCEPTED: Final = 202
KNOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and a JSON document."""

    status: int
    document: dict[str, Any]


async def admitted(deps: Deps, caller: Caller, received: Received) -> Received | Answer:
    """Return the stamped message, or the answer that is known already.

    Raises:
        Refused: at admission, or `ID_REUSED`.
        Unavailable: a store that admission needs is away.
        Problem: the disk is nearly full.
        OverQuota: the caller has used its quota up.
    """
    if not deps.disk.has_room():
        raise busy(503, Code.STORAGE_FULL)
    expect_within_quota(deps, caller.system, received)
    try:
        stamped = await deps.admission.admit(received, caller.system)
        known = _known(deps, stamped)
    except Refused as refusal:
        deps.metrics.admissions.labels(refusal.reason.value).inc()
        raise
    if known is None and deps.drills.begins(caller.system, stamped.attributes["id"]):
        raise busy(503, Code.OVERLOADED)
    deps.metrics.admissions.labels("known" if known else "admitted").inc()
    return known or stamped


def accepted(received: Received) -> Answer:
    """Return the 202 of a message that is durable and will be decided."""
    return Answer(status=ACCEPTED, document=_names(received))


async def decided(deps: Deps, received: Received, place: Place, seconds: float) -> Answer:
    """Return the decision about the record at `place`, or 202 if it did not come in time."""
    event = await deps.tail.decision(place, seconds)
    if event is None:
        return accepted(received)
    return Answer(status=KNOWN, document=_names(received) | _decision(event))


def _known(deps: Deps, received: Received) -> Answer | None:
    source, id_ = _source(received), received.attributes["id"]
    event = deps.tail.admitted(source, id_)
    # A repetition in the sandbox goes to the router too: what it records ticks the checklist.
    if event is None or in_sandbox(source):
        return None
    # Invariant 8: same id, same content: the same answer; other content: refused.
    mine = content_hash(hashlib.sha256(received.body).digest(), received.attributes)
    if event.detail.get("content_sha256") != mine.hex():
        raise Refused(Reason.ID_REUSED, "the id was admitted with other content", "id")
    known = history(deps.tail.events(source, id_))
    recipients = known.recipients if known is not None else {}
    return Answer(
        status=KNOWN,
        document=_names(received) | {"state": "duplicate", "recipients": sorted(recipients)},
    )


def _decision(event: AuditEvent) -> dict[str, Any]:
    if event.event is Event.REFUSED:
        refused = {"state": "refused", "reason": event.reason, **explained(event.reason or "")}
        if event.place:
            refused["place"] = event.place
        if event.detail.get("text"):
            refused["detail"] = event.detail["text"]
        return refused
    return {"state": event.event.value, "recipients": sorted(event.detail.get("recipients", ()))}


def _names(received: Received) -> dict[str, Any]:
    source, id_ = _source(received), received.attributes["id"]
    return {"source": source, "id": id_, "status_url": f"/v1/messages/{source}/{id_}"}


def _source(received: Received) -> str:
    return received.attributes["source"].removeprefix(SYSTEM_PREFIX)
