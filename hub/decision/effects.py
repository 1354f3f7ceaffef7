"""Turn the outcome of the steps into what the hub writes: entries, deliveries, memories."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from lgsp_message.attributes import SYSTEM_PREFIX, is_message_id, is_system_name
from lgsp_message.reason import Refused
from lgsp_message.values import Message, Received

from hub.answers import Answer
from hub.decision.documents import demanded
from hub.decision.events import (
    AuditEvent,
    Decision,
    Delivery,
    Entry,
    Event,
    Memory,
    ingress_of,
    place_of,
)
from hub.decision.exchanges import NAME as EXCHANGE
from hub.decision.exchanges import exchanged
from hub.decision.facts import NAME as FACTS
from hub.decision.facts import facts
from hub.decision.holding import last_in_line, withdrawn_hold
from hub.decision.routing import Routes, deliveries_to, route
from hub.decision.rules import Rules
from hub.decision.statements import (
    RECEIPT,
    WITHDRAWAL,
    Stated,
    is_statement,
    read_receipt,
    read_withdrawal,
)
from hub.decision.subscribers import subscribers
from hub.decision.watching import watched
from hub.directory.organisations import legal_day
from hub.ports import Admitted

SUBSCRIPTIONS: Final = "subscriptions"
"""The member of an event's detail that names the subscriptions which gave a delivery."""
REROUTED: Final = "rerouted"
"""The member of an `admitted` event's detail: each address that led elsewhere than it says."""


def refuse(
    received: Received, message: Message | None, refusal: Refused, rules: Rules, now: datetime
) -> Decision:
    """Return the decision that refuses, with the reason.

    Nothing is remembered: a refused message may be sent again and is decided anew (invariant 8).
    """
    detail = {} if message is None else _described(message)
    if refusal.detail:
        detail["text"] = refusal.detail
    entry = _entry(
        Event.REFUSED,
        received,
        message,
        rules,
        now,
        reason=refusal.reason.value,
        place=refusal.place or None,
        detail=detail,
    )
    return Decision(received=received, entries=(entry,))


def repeat(received: Received, message: Message, rules: Rules, now: datetime) -> Decision:
    """Return the decision for a message that was admitted before: recorded, not delivered again."""
    entry = _entry(Event.DUPLICATE, received, message, rules, now)
    return Decision(received=received, entries=(entry,))


def admit(
    received: Received,
    message: Message,
    value: Any,
    admitted: Admitted,
    rules: Rules,
    now: datetime,
) -> Decision:
    """Return the decision that admits: deliveries, or the effects of a statement.

    Raises:
        Refused: what `route`, `demanded`, `read_receipt` and `read_withdrawal` raise.
    """
    if message.attributes.type == RECEIPT:
        stated = read_receipt(message, value, admitted, rules)
        return _receipt(received, message, stated, rules, now)
    if message.attributes.type == WITHDRAWAL:
        answer = read_withdrawal(message, value, admitted)
        return _withdrawal(received, message, value, answer, rules, now)
    told = facts(message.attributes.type, value, rules.directory, legal_day(now))
    wanted = subscribers(message.attributes, received, told, rules, now)
    routes = route(message, rules, place_of(received).partition, now, wanted)
    exchange = exchanged(message, value, admitted, rules, now)
    more = {
        FACTS: told,
        SUBSCRIPTIONS: sorted(wanted.values()),
        EXCHANGE: exchange.told,
        REROUTED: _rerouted(routes),
    }
    deliveries = routes.deliveries
    plain = Decision(
        received=received,
        entries=(_admitted(received, message, deliveries, rules, now, more),),
        deliveries=deliveries,
        remembered=(_memory(message, deliveries, now),),
    )
    decision = _waiting(plain, message, value, routes, admitted, rules)
    if exchange.remembered is None:
        return decision
    kept = (*decision.remembered, exchange.remembered)
    return msgspec.structs.replace(decision, remembered=kept)


def _waiting(
    plain: Decision,
    message: Message,
    value: Any,
    routes: Routes,
    admitted: Admitted,
    rules: Rules,
) -> Decision:
    """Return the decision with what it has still to wait for, if anything."""
    claim = message.attributes
    policy = rules.documents.get(claim.type)
    demand = None if policy is None else demanded(claim.objects, value, policy)
    behind = last_in_line(claim.source, claim.subject, admitted)
    if demand is None and not behind and not routes.choices:
        return plain
    return watched(plain, demand, behind, routes.choices)


def _rerouted(routes: Routes) -> list[dict[str, Any]]:
    # The code that was used stands in the delivery: a reply goes under it.
    return [
        {"address": one.address, "via": list(one.via), "systems": list(one.systems)}
        for one in routes.reroutes
    ]


def _receipt(
    received: Received, message: Message, stated: tuple[Stated, ...], rules: Rules, now: datetime
) -> Decision:
    recipient = message.attributes.source
    effects = tuple(
        Entry(
            # The history of a message stands in one partition, whoever writes it.
            partition=item.delivered.partition,
            event=AuditEvent(
                event=item.event,
                source=item.source,
                id=item.id,
                recipient=recipient,
                at=now,
                rules=rules.ref,
                reason=item.reason,
                body_sha256=item.delivered.body_hash.hex(),
                ingress=ingress_of(received),
                detail={"receipt": message.attributes.id},
            ),
        )
        for item in stated
    )
    counted = (
        Memory(
            source=recipient,
            key=item.key,
            answer=Answer(content_hash=b"", decided_at=now.timestamp()),
        )
        for item in stated
    )
    return Decision(
        received=received,
        entries=(_admitted(received, message, (), rules, now), *effects),
        remembered=(_memory(message, (), now), *counted),
    )


def _withdrawal(
    received: Received,
    message: Message,
    value: Any,
    answer: Answer,
    rules: Rules,
    now: datetime,
) -> Decision:
    source, place = message.attributes.source, place_of(received)
    if answer.withdrawn:  # Once is enough: a second withdrawal is admitted and changes nothing.
        return Decision(
            received=received,
            entries=(_admitted(received, message, (), rules, now),),
            remembered=(_memory(message, (), now),),
        )
    # The withdrawal itself goes to whoever was given the message: it tells who already has it,
    # and readers of the inbox that meet it before the message leave the message out.
    # Of a held message nobody was given anything, so nobody is told.
    hold = answer.hold
    systems = () if hold is not None and hold.waits else answer.recipients
    deliveries = deliveries_to(systems, message, rules, place.partition)
    withdrawn = AuditEvent(
        event=Event.WITHDRAWN,
        source=source,
        id=value["id"],
        at=now,
        rules=rules.ref,
        body_sha256=answer.body_hash.hex(),
        ingress=ingress_of(received),
        detail={"withdrawal": message.attributes.id, "recipients": list(answer.recipients)},
    )
    marked = msgspec.structs.replace(answer, withdrawn=True, hold=withdrawn_hold(answer.hold))
    return Decision(
        received=received,
        entries=(
            _admitted(received, message, deliveries, rules, now),
            Entry(partition=place.partition, event=withdrawn),
        ),
        deliveries=deliveries,
        remembered=(
            _memory(message, deliveries, now),
            Memory(source=source, key=value["id"], answer=marked),
        ),
    )


def _memory(message: Message, deliveries: tuple[Delivery, ...], now: datetime) -> Memory:
    answer = Answer(
        content_hash=message.content_hash,
        decided_at=now.timestamp(),
        recipients=tuple(delivery.system for delivery in deliveries),
        body_hash=message.body_hash,
        statement=is_statement(message.attributes.type),
    )
    return Memory(source=message.attributes.source, key=message.attributes.id, answer=answer)


def _admitted(
    received: Received,
    message: Message,
    deliveries: tuple[Delivery, ...],
    rules: Rules,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> Entry:
    detail = _described(message)
    detail |= {name: told for name, told in (more or {}).items() if told}
    detail["recipients"] = [delivery.system for delivery in deliveries]
    detail["size"] = len(message.body)
    detail["content_sha256"] = message.content_hash.hex()
    detail["kid"] = message.key_id
    return _entry(Event.ADMITTED, received, message, rules, now, detail=detail)


_DESCRIBING = (
    "type",
    "subject",
    "time",
    "dataschema",
    "onbehalf",
    "correlationid",
    "expirytime",
    "priority",
    "objects",
)
"""The attributes that an `admitted` event repeats, so that a search needs no body."""


def _described(message: Message) -> dict[str, Any]:
    text = message.attributes.text
    return {name: text[name] for name in _DESCRIBING if name in text}


def _entry(
    event: Event,
    received: Received,
    message: Message | None,
    rules: Rules,
    now: datetime,
    *,
    reason: str | None = None,
    place: str | None = None,
    detail: dict[str, Any] | None = None,
) -> Entry:
    source, id_ = _names(received) if message is None else _proven_names(message)
    stamp = received.stamp
    told = dict(detail or {})
    if stamp is not None:
        told["peer"], told["received_at"] = stamp.peer, stamp.received_at
    return Entry(
        partition=place_of(received).partition,
        event=AuditEvent(
            event=event,
            source=source,
            id=id_,
            at=now,
            rules=rules.ref,
            reason=reason,
            place=place,
            body_sha256=None if message is None else message.body_hash.hex(),
            ingress=ingress_of(received),
            detail=told,
        ),
    )


def _proven_names(message: Message) -> tuple[str, str]:
    return message.attributes.source, message.attributes.id


def _names(received: Received) -> tuple[str, str]:
    """Return the claimed source and id of a message that nobody proved, for its sender to find."""
    source = received.attributes.get("source", "").removeprefix(SYSTEM_PREFIX)
    id_ = received.attributes.get("id", "")
    # Invariant 9: what breaks the grammar may be anything, also somebody's name; it is not kept.
    return (source if is_system_name(source) else "", id_ if is_message_id(id_) else "")
