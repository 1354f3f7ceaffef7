"""Admit a message whose documents are to be judged, or that waits behind such a one. Pure."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from hub.answers import Check, Hold
from hub.decision.documents import NAME, Demand
from hub.decision.events import AuditEvent, Decision, Delivery, Entry, Event, Memory
from hub.decision.holding import hold_key, lined_up
from hub.decision.states import BEHIND_DOCUMENTS, DOCUMENT_CHECK


def watched(plain: Decision, demand: Demand | None, behind: str) -> Decision:
    """Return a decision that admits, changed by what its documents demand.

    `demand`: None where its own documents need no verdict. `behind`: the message of the same sender
    and subject that goes before it.
    """
    (entry,), (memory,) = plain.entries, plain.remembered
    hold = _hold(demand, behind, plain.deliveries)
    told = replace(entry.event, detail=entry.event.detail | {NAME: _described(demand, hold)})
    decision = replace(
        plain,
        entries=(replace(entry, event=told),),
        remembered=(replace(memory, answer=replace(memory.answer, hold=hold)),),
    )
    return _held(decision, hold) if hold.held else decision


def _hold(demand: Demand | None, behind: str, deliveries: Sequence[Delivery]) -> Hold:
    check = Check.NONE if demand is None else Check(demand.policy.value)
    held = check is Check.REQUIRE or bool(behind)
    addresses = tuple(delivery.address for delivery in deliveries) if held else ()
    return Hold(check=check, held=held, behind=behind, addresses=addresses)


def _described(demand: Demand | None, hold: Hold) -> dict[str, Any]:
    """Return what the `admitted` event tells, for who checks the documents."""
    told: dict[str, Any] = {"held": hold.held}
    if demand is not None:
        told |= {"policy": demand.policy.value, "hashes": list(demand.hashes)}
    return told


def _held(decision: Decision, hold: Hold) -> Decision:
    """Deliver nothing yet; whoever comes next of the same sender and subject stands behind it."""
    (entry,), event = decision.entries, decision.entries[0].event
    held = AuditEvent(
        event=Event.HELD,
        source=event.source,
        id=event.id,
        at=event.at,
        rules=event.rules,
        reason=DOCUMENT_CHECK if hold.check is Check.REQUIRE else BEHIND_DOCUMENTS,
        ingress=event.ingress,
    )
    return replace(
        decision,
        entries=(entry, Entry(partition=entry.partition, event=held)),
        deliveries=(),
        remembered=(*decision.remembered, *_line(event)),
    )


def _line(event: AuditEvent) -> Sequence[Memory]:
    subject = event.detail.get("subject")
    if not subject:  # It asks for no order, so nobody waits behind it.
        return ()
    answer = lined_up(event.id, event.at)
    return (Memory(source=event.source, key=hold_key(subject), answer=answer),)
