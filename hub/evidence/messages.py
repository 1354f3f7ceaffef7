"""Messages and receipts as they were handed in: read again from `hub.ingress`."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.cloudevents import SIGNATURE_HEADER, from_kafka
from lgsp_message.jws import decode
from lgsp_message.reason import Refused
from lgsp_message.values import Received
from lgsp_verify.bundle.compose import MessagePart, ReceiptPart

from hub.decision.events import AuditEvent, IngressRef, RulesRef
from hub.evidence.audience import Audience
from hub.evidence.ports import Records
from hub.io.kafka.ingress_record import Found

MAX_RECEIPTS: Final = 500
"""Most receipts in one bundle: each is looked up by itself, some 20 ms. Of the others the log
holds the leaf, and the report says that the signed receipt is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event of a message, and its leaf."""

    leaf: int
    event: AuditEvent


async def message_part(records: Records, event: AuditEvent, source: str, id: str) -> MessagePart:
    """Return the message that an event decided; only its name where its bytes are not kept.

    Raises:
        Unavailable: the broker does not answer.
    """
    found = await _read(records, event.ingress)
    if found is None or not _is(found, event, source, id):
        return MessagePart(source=source, id=id)
    return _part(found, source, id, event.rules)


async def receipt_parts(
    records: Records, seen: Iterable[Seen], audience: Audience
) -> tuple[ReceiptPart, ...]:
    """Return the signed receipts that events come from, those that are kept and may be shown.

    Raises:
        Unavailable: the broker does not answer.
    """
    by_record: dict[IngressRef, list[Seen]] = {}
    for one in seen:
        if one.event.ingress is not None and "receipt" in one.event.detail:
            by_record.setdefault(one.event.ingress, []).append(one)
    parts = []
    for place, effects in list(by_record.items())[:MAX_RECEIPTS]:
        part = await _receipt(records, place, effects, audience)
        if part is not None:
            parts.append(part)
    return tuple(parts)


async def _receipt(
    records: Records, place: IngressRef, effects: list[Seen], audience: Audience
) -> ReceiptPart | None:
    first = effects[0].event
    recipient, id_ = first.recipient or "", str(first.detail["receipt"])
    found = await _read(records, place)
    if found is None or not _names(found, recipient, id_):
        return None
    if not audience.sees_receipt(recipient, found.body, first.source):
        return None
    part = _part(found, recipient, id_, first.rules)
    return ReceiptPart(message=part, leaves=tuple(one.leaf for one in effects))


async def _read(records: Records, place: IngressRef | None) -> Found | None:
    return None if place is None else await records.read(place.partition, place.offset)


def _is(found: Found, event: AuditEvent, source: str, id: str) -> bool:
    """Say whether this is the record that was decided: a topic made anew counts from 0 again."""
    if event.body_sha256 is None:
        return _names(found, source, id)
    return hashlib.sha256(found.body).hexdigest() == event.body_sha256


def _names(found: Found, source: str, id: str) -> bool:
    told = _attributes(found)
    return (told.get("source"), told.get("id")) == (SYSTEM_PREFIX + source, id)


def _attributes(found: Found) -> Mapping[str, str]:
    try:
        return from_kafka(found.headers)
    except Refused:
        return {}  # Written by nobody we know: it names no message.


def _part(found: Found, source: str, id: str, rules: RulesRef | None) -> MessagePart:
    signature = dict(found.headers).get(SIGNATURE_HEADER)
    return MessagePart(
        source=source,
        id=id,
        attributes=_attributes(found),
        body=found.body,
        signature=None if signature is None else signature.decode(errors="replace"),
        rules_version=None if rules is None else rules.version,
    )


def key_entity(part: MessagePart, hub: str) -> str | None:
    """Return the entity of the rules that holds the key a message names; None: it names none."""
    received = Received(
        attributes=part.attributes or {}, body=part.body or b"", signature=part.signature
    )
    try:
        return f"key/{part.source}/{decode(received, hub).key_id}"
    except Refused:
        return None  # What cannot be read names no key; the refusal says why.
