"""Turn decisions into the records of one transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from lgsp_message.attributes import is_urgent
from lgsp_message.cloudevents import TRACE_HEADER
from lgsp_message.values import Place, Received

from hub.answers import Answer
from hub.decision.events import AuditEvent, Decision, Delivery, Effects, Event, Followed, Memory
from hub.io.kafka import topics
from hub.io.kafka.codec import (
    Headers,
    encode_answer,
    encode_event,
    inbox_headers,
    read_ingress,
    seen_key,
)
from hub.io.kafka.transaction import Output

COMMAND: Final = "hub_command"
"""On `hub.ingress`: the record is a command of the hub to itself; the value is its MAC."""

ORDER: Final = "hub_order"
"""Beside `hub_command`: the command is this text, and the record is a copy of the message that it
is about. Without it the command is the record's value."""

ORIGINAL_PREFIX: Final = "hub_original_"
"""Before the hub's own headers on `hub.quarantine`, so that a release restores them."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record of `hub.ingress`: what it says, and its headers and key as they are."""

    received: Received
    place: Place
    headers: Headers
    key: bytes | None
    command: str | None = None
    """The MAC of the hub's own command, where the record is one."""
    order: bytes | None = None
    """The command, where it is about the message of this record; else its body is one."""
    traceparent: str | None = None
    """The trace that it came with, as it stands there: anybody may have written it."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be decided or written, for a fault that is not the message's."""

    event: AuditEvent
    memory: Memory | None
    """What makes its successors wait behind it; None where it has no order."""


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """A sender's messages of one subject may pass again."""

    source: str
    key: str
    answer: Answer | None
    """What is remembered under the key from now on."""


Outcome = Decision | Followed | Held | Resumed


class FanOut(msgspec.Struct, frozen=True, array_like=True):
    """The value of a `hub.fanout` record: one message, many inboxes. MessagePack."""

    source: str
    id: str
    body: bytes
    deliveries: tuple[Delivery, ...]


class Parked(msgspec.Struct, frozen=True, array_like=True):
    """The value of a `hub.retry` record: one delivery that waits for its inbox. MessagePack."""

    source: str
    id: str
    body: bytes
    delivery: Delivery
    since: datetime


_encode = msgspec.msgpack.Encoder().encode


def records_of(found: Iterable[Sequence[Any]]) -> list[Record]:
    """Return what a consumer fetched from `hub.ingress`."""
    return [_record(raw) for records in found for raw in records]


def _record(raw: Any) -> Record:
    headers = list(raw.headers)
    named = dict(headers)
    place = Place(partition=raw.partition, offset=raw.offset)
    return Record(
        received=read_ingress(headers, named, raw.value, place),
        place=place,
        headers=headers,
        key=raw.key,
        command=_text(named, COMMAND),
        order=named[ORDER] or b"" if ORDER in named else None,
        traceparent=_text(named, TRACE_HEADER) or None,
    )


def _text(named: dict[str, bytes | None], name: str) -> str | None:
    # A header may have no value; whatever else stands there is only not genuine.
    return (named[name] or b"").decode(errors="replace") if name in named else None


Placing = Callable[[str, bool], str | None]
"""(system, whether it is urgent) to the topic of a delivery; None: its inbox is away."""


def outputs_of(record: Record, outcome: Outcome, placing: Placing) -> list[Output]:
    """Return the records of one outcome."""
    if isinstance(outcome, Held):
        return _held(record, outcome)
    if isinstance(outcome, Resumed):
        kept = None if outcome.answer is None else encode_answer(outcome.answer)
        return [_seen(record, seen_key(outcome.source, outcome.key), kept)]
    return _effects(record, outcome, placing)


def _seen(record: Record, key: bytes, value: bytes | None) -> Output:
    return Output(topic=topics.SEEN, partition=record.place.partition, key=key, value=value)


def _remembered(record: Record, memory: Memory) -> Output:
    return _seen(record, seen_key(memory.source, memory.key), encode_answer(memory.answer))


def _effects(record: Record, decision: Effects, placing: Placing) -> list[Output]:
    partition = record.place.partition
    outputs = [
        Output(
            topic=topics.AUDIT,
            partition=entry.partition,
            key=None,
            value=encode_event(entry.event),
        )
        for entry in decision.entries
    ]
    outputs.extend(_remembered(record, memory) for memory in decision.remembered)
    if not decision.deliveries:
        return outputs
    event = decision.entries[0].event
    message = FanOut(
        source=event.source,
        id=event.id,
        body=record.received.body,
        deliveries=decision.deliveries,
    )
    if decision.fans_out:
        outputs.append(_fanout(message, record, partition))
        return outputs
    urgent = is_urgent(record.received.attributes)
    for delivery in message.deliveries:
        topic = placing(delivery.system, urgent)
        outputs.extend(
            delivery_outputs(message, delivery, record.headers, partition, event.at, topic)
        )
    return outputs


def delivery_outputs(
    message: FanOut,
    delivery: Delivery,
    headers: Headers,
    partition: int,
    at: datetime,
    topic: str | None,
) -> list[Output]:
    """Return the inbox record of one delivery; where its inbox is away, the retry record."""
    if topic is None:
        return _park(message, delivery, headers, partition, at)
    return [inbox_output(topic, message.body, delivery, headers, partition)]


def inbox_output(
    topic: str, body: bytes, delivery: Delivery, headers: Headers, partition: int
) -> Output:
    """Return the record of one delivery. The body is the sender's bytes (invariant 4).

    Its key is the subject: what a recipient orders and compacts by.
    """
    key = next((raw for name, raw in headers if name == "ce_subject"), None)
    return Output(
        topic=topic,
        partition=0,
        key=key,
        value=body,
        headers=inbox_headers(headers, delivery, partition),
    )


def retry_key(source: str, id: str, system: str) -> bytes:
    """Return the key of a `hub.retry` record: one message, one recipient."""
    return f"{source}\n{id}\n{system}".encode()


def _held(record: Record, held: Held) -> list[Output]:
    """Put a message into the hands of the hub's operator, and its successors behind it."""
    place = record.place
    headers: Headers = [(ORIGINAL_PREFIX + name, raw) for name, raw in record.headers]
    headers.append(("hub_ingress_partition", str(place.partition).encode()))
    headers.append(("hub_ingress_offset", str(place.offset).encode()))
    headers.append(("hub_reason", (held.event.reason or "").encode()))
    outputs = [
        Output(
            topic=topics.QUARANTINE,
            partition=0,
            key=record.key,
            value=record.received.body,
            headers=headers,
        ),
        Output(
            topic=topics.AUDIT,
            partition=place.partition,
            key=None,
            value=encode_event(held.event),
        ),
    ]
    if held.memory is not None:
        outputs.append(_remembered(record, held.memory))
    return outputs


def _fanout(message: FanOut, record: Record, partition: int) -> Output:
    return Output(
        topic=topics.FANOUT,
        partition=partition,
        key=record.key,
        value=_encode(message),
        headers=record.headers,
    )


def _park(
    message: FanOut, delivery: Delivery, headers: Headers, partition: int, at: datetime
) -> list[Output]:
    parked = Parked(
        source=message.source, id=message.id, body=message.body, delivery=delivery, since=at
    )
    retrying = AuditEvent(
        event=Event.RETRYING,
        source=message.source,
        id=message.id,
        recipient=delivery.system,
        at=at,
        reason="inbox_unavailable",
    )
    return [
        Output(
            topic=topics.RETRY,
            partition=partition,
            key=retry_key(message.source, message.id, delivery.system),
            value=_encode(parked),
            headers=headers,
        ),
        Output(topic=topics.AUDIT, partition=partition, key=None, value=encode_event(retrying)),
    ]
