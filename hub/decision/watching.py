"""Admit a message that has to wait: for its documents, for a person, or for its turn. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from hub.answers import Check, Choice, Hold
from hub.decision.documents import NAME, Demand
from hub.decision.events import AuditEvent, Decision, Delivery, Entry, Event, Memory
from hub.decision.holding import hold_key, lined_up
from hub.decision.states import BEHIND_DOCUMENTS, DOCUMENT_CHECK, MANUAL_REVIEW_REASON

CHOICES: Final = "choices"
"""The member of an `admitted` event's detail: each address that waits for a person, and the systems
of those who took the place of the organisation that it means."""


def watched(
    plain: Decision, demand: Demand | None, behind: str, choices: tuple[Choice, ...] = ()
) -> Decision:
    """Return a decision that admits, changed by what it has still to wait for.

    `demand`: None where its own documents need no verdict. `behind`: the message of the same sender
    and subject that goes before it. `choices`: addresses that wait for a person; the recipients
    that are clear do not wait for that.
    """
    (entry,), (memory,) = plain.entries, plain.remembered
    hold = _hold(demand, behind, plain.deliveries, choices)
    told = replace(entry.event, detail=entry.event.detail | _described(demand, hold))
    decision = replace(
        plain,
        entries=(replace(entry, event=told), *_open(entry, choices)),
        remembered=(replace(memory, answer=replace(memory.answer, hold=hold)),),
    )
    return _held(decision, hold) if hold.held else decision


def _hold(
    demand: Demand | None,
    behind: str,
    deliveries: Sequence[Delivery],
    choices: tuple[Choice, ...],
) -> Hold:
    check = Check.NONE if demand is None else Check(demand.policy.value)
    waits = check is Check.REQUIRE or bool(behind)
    addresses = tuple(delivery.address for delivery in deliveries) if waits else ()
    return Hold(
        check=check,
        held=waits or bool(choices),
        behind=behind,
        addresses=addresses,
        choices=choices,
        given=bool(choices) and not waits,
    )


def _described(demand: Demand | None, hold: Hold) -> dict[str, Any]:
    """Return what the `admitted` event tells, for who watches over what is held."""
    told: dict[str, Any] = {}
    if demand is not None or hold.waits:
        documents: dict[str, Any] = {"held": hold.waits}
        if demand is not None:
            documents |= {"policy": demand.policy.value, "hashes": list(demand.hashes)}
        told[NAME] = documents
    if hold.choices:
        told[CHOICES] = {one.address: list(one.candidates) for one in hold.choices}
    return told


def _open(entry: Entry, choices: tuple[Choice, ...]) -> tuple[Entry, ...]:
    """Return the events by which each candidate waits for a person (invariant 6)."""
    return tuple(
        replace(entry, event=candidate_held(entry.event, candidate, choice.address))
        for choice in choices
        for candidate in choice.candidates
    )


def candidate_held(event: AuditEvent, candidate: str, address: str) -> AuditEvent:
    """Return the event by which one candidate waits. `event`: another of the same message."""
    return AuditEvent(
        event=Event.HELD,
        source=event.source,
        id=event.id,
        recipient=candidate,
        at=event.at,
        rules=event.rules,
        reason=MANUAL_REVIEW_REASON,
        ingress=event.ingress,
        detail={"address": address},
    )


def _held(decision: Decision, hold: Hold) -> Decision:
    """Deliver nothing yet; whoever comes next of the same sender and subject stands behind it."""
    (entry, *others), event = decision.entries, decision.entries[0].event
    remembered = (*decision.remembered, *_line(event))
    if hold.given:
        return replace(decision, remembered=remembered)
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
        entries=(entry, *others, Entry(partition=entry.partition, event=held)),
        deliveries=(),
        remembered=remembered,
    )


def _line(event: AuditEvent) -> Sequence[Memory]:
    subject = event.detail.get("subject")
    if not subject:  # It asks for no order, so nobody waits behind it.
        return ()
    answer = lined_up(event.id, event.at)
    return (Memory(source=event.source, key=hold_key(subject), answer=answer),)
