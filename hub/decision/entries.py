"""The entries that the hub writes about what it received, and what it remembers of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lgsp_message.attributes import SYSTEM_PREFIX, is_message_id, is_system_name
from lgsp_message.values import Message, Received

from hub.answers import Answer
from hub.decision.events import AuditEvent, Delivery, Entry, Event, Memory, ingress_of, place_of
from hub.decision.rules import Rules
from hub.decision.statements import is_statement


def memory_of(message: Message, deliveries: tuple[Delivery, ...], now: datetime) -> Memory:
    """Return what is remembered of an admitted message."""
    answer = Answer(
        content_hash=message.content_hash,
        decided_at=now.timestamp(),
        recipients=tuple(delivery.system for delivery in deliveries),
        body_hash=message.body_hash,
        statement=is_statement(message.attributes.type),
    )
    return Memory(source=message.attributes.source, key=message.attributes.id, answer=answer)


def admitted_entry(
    received: Received,
    message: Message,
    deliveries: tuple[Delivery, ...],
    rules: Rules,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> Entry:
    """Return the `admitted` event. `more`: members of its detail; empty ones are left out."""
    detail = described(message)
    detail |= {name: told for name, told in (more or {}).items() if told}
    detail["recipients"] = [delivery.system for delivery in deliveries]
    detail["size"] = len(message.body)
    detail["content_sha256"] = message.content_hash.hex()
    detail["kid"] = message.key_id
    return entry_of(Event.ADMITTED, received, message, rules, now, detail=detail)


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


def described(message: Message) -> dict[str, Any]:
    """Return the attributes of a message that an event repeats."""
    text = message.attributes.text
    return {name: text[name] for name in _DESCRIBING if name in text}


def entry_of(
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
    """Return an event about what was received. `message`: None where nobody proved it."""
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
