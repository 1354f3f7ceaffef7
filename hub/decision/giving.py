"""Give a message that was admitted earlier to a subscriber who asked for the past. Pure.

A decision like any other: under the rules of now, in the order of the message's own partition, so
that nobody gets what was withdrawn, what has expired, or what its sender may not send him any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.jsontext import parse_json
from lgsp_message.values import Envelope, Received
from msgspec.structs import replace

from hub.answers import Answer, Check
from hub.decision.events import AuditEvent, Entry, Event, Followed, Memory, ingress_of, place_of
from hub.decision.facts import facts
from hub.decision.holding import opened
from hub.decision.routing import deliveries_at
from hub.decision.rules import Rules
from hub.decision.states import DOCUMENT_CHECK
from hub.decision.subscribers import chosen
from hub.directory.organisations import legal_day
from hub.ports import Admitted

SUBSCRIPTION: Final = "subscription"
"""The member of a `subscribed` event's detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gift:
    """A message, and who is to have it now."""

    envelope: Envelope
    received: Received
    answer: Answer
    system: str
    subscription: str


def give(
    named: tuple[str, str, str],
    received: Received,
    rules: Rules,
    admitted: Admitted,
    now: datetime,
) -> Followed:
    """Return what giving the message to the subscription's system changes; nothing, if it has it.

    `named`: source and id of the message, and the id of the subscription.

    Raises:
        Refused: `NOT_ADMITTED`, where the order came on another message than it names.
    """
    source, id, subscription = named
    answer = admitted.get(source, id)
    unchanged = Followed(received=received, entries=())
    if answer is None or answer.withdrawn or answer.statement or _has_ended(answer):
        return unchanged
    envelope = opened(received, source, id, answer, rules)
    system = _subscriber(envelope, received, subscription, rules, now)
    if system is None or system in answer.recipients:
        return unchanged
    gift = _Gift(
        envelope=envelope,
        received=received,
        answer=answer,
        system=system,
        subscription=subscription,
    )
    return _given(gift, rules, now)


def _has_ended(answer: Answer) -> bool:
    return answer.hold is not None and answer.hold.check is Check.ENDED


def _subscriber(
    envelope: Envelope, received: Received, subscription: str, rules: Rules, now: datetime
) -> str | None:
    claim = envelope.attributes
    if claim.expirytime is not None and claim.expirytime <= now:
        return None
    # Paused or ended meanwhile, or asked anew otherwise: what counts is what it says now.
    wishes = [one for one in rules.subscriptions.get(claim.type, ()) if one.id == subscription]
    if claim.recipients:
        wishes = [one for one in wishes if one.copies]
    told = facts(claim.type, parse_json(envelope.body), rules.directory, legal_day(now))
    return next(iter(chosen(wishes, claim, received, told, rules, now)), None)


def _given(gift: _Gift, rules: Rules, now: datetime) -> Followed:
    address, claim = SYSTEM_PREFIX + gift.system, gift.envelope.attributes
    held = gift.answer.hold is not None and gift.answer.hold.waits
    where = () if held else ((gift.system, address),)
    partition = place_of(gift.received).partition
    return Followed(
        received=gift.received,
        entries=_entries(_told(gift, rules, now), partition, held=held),
        deliveries=deliveries_at(where, gift.envelope, rules, partition),
        remembered=(Memory(source=claim.source, key=claim.id, answer=_kept(gift, address)),),
    )


def _kept(gift: _Gift, address: str) -> Answer:
    recipients, hold = (*gift.answer.recipients, gift.system), gift.answer.hold
    if hold is not None and hold.waits:
        # It waits with the others, and is delivered when they are.
        hold = replace(hold, addresses=(*hold.addresses, address))
    return replace(gift.answer, recipients=recipients, hold=hold)


def _told(gift: _Gift, rules: Rules, now: datetime) -> AuditEvent:
    claim = gift.envelope.attributes
    detail = {SUBSCRIPTION: gift.subscription}
    if "objects" in claim.text:
        detail["objects"] = claim.text["objects"]
    return AuditEvent(
        event=Event.SUBSCRIBED,
        source=claim.source,
        id=claim.id,
        recipient=gift.system,
        at=now,
        rules=rules.ref,
        body_sha256=gift.envelope.body_hash.hex(),
        ingress=ingress_of(gift.received),
        detail=detail,
    )


def _entries(event: AuditEvent, partition: int, *, held: bool) -> tuple[Entry, ...]:
    waits = replace(event, event=Event.HELD, reason=DOCUMENT_CHECK, detail={})
    return tuple(
        Entry(partition=partition, event=one) for one in ((event, waits) if held else (event,))
    )
