"""Turn the outcome of the steps into what the hub writes: entries, deliveries, memories."""

from datetime import datetime
from typing import Any, Final

import msgspec
from lgsp_message.reason import Refused
from lgsp_message.values import Message, Received

from hub.answers import Answer
from hub.decision.documents import demanded
from hub.decision.entries import admitted_entry, described, entry_of, memory_of
from hub.decision.events import (
    AuditEvent,
    Decision,
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
    detail = {} if message is None else described(message)
    if refusal.detail:
        detail["text"] = refusal.detail
    entry = entry_of(
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
    entry = entry_of(Event.DUPLICATE, received, message, rules, now)
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
    exchange = exchanged(received, message, value, admitted, rules, now)
    more = {
        FACTS: told,
        SUBSCRIPTIONS: sorted(wanted.values()),
        EXCHANGE: exchange.told,
        REROUTED: _rerouted(routes),
    }
    deliveries = routes.deliveries
    plain = Decision(
        received=received,
        entries=(admitted_entry(received, message, deliveries, rules, now, more),),
        deliveries=deliveries,
        remembered=(memory_of(message, deliveries, now),),
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
        entries=(admitted_entry(received, message, (), rules, now), *effects),
        remembered=(memory_of(message, (), now), *counted),
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
            entries=(admitted_entry(received, message, (), rules, now),),
            remembered=(memory_of(message, (), now),),
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
            admitted_entry(received, message, deliveries, rules, now),
            Entry(partition=place.partition, event=withdrawn),
        ),
        deliveries=deliveries,
        remembered=(
            memory_of(message, deliveries, now),
            Memory(source=source, key=value["id"], answer=marked),
        ),
    )
