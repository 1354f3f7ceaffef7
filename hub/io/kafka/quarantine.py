"""Held messages: list them, and let them go on once the fault is repaired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from aiokafka import TopicPartition

from hub.decision.events import AuditEvent, Event
from hub.decision.holding import Resume
from hub.io.kafka import topics
from hub.io.kafka.codec import Headers, encode_event
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.reading import behind, close_consumer, open_consumer
from hub.io.kafka.router_records import COMMAND, ORIGINAL_PREFIX
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.signing.macs import MacKeys, command_mac

RELEASED = "hub_released"
"""Header of a record that says: the held messages of this sender and subject were released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One held message."""

    offset: int
    source: str
    id: str
    subject: str
    reason: str
    at: datetime
    partition: int
    """Of `hub.ingress`."""
    key: bytes | None
    headers: Headers
    body: bytes


async def quarantined(connection: KafkaConnection) -> list[Quarantined]:
    """Return the messages that are held now, oldest first.

    Raises:
        Unavailable: the broker does not answer.
    """
    place = TopicPartition(topics.QUARANTINE, 0)
    consumer = await open_consumer(connection)
    held: list[Quarantined] = []
    try:
        with broker_errors("reading hub.quarantine"):
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            ends = await consumer.end_offsets([place])
            while await behind(consumer, ends):
                for raw in (await consumer.getmany(place, timeout_ms=500)).get(place, []):
                    held = _fold(held, raw)
    finally:
        await close_consumer(consumer)
    return held


async def release(
    connection: KafkaConnection, macs: MacKeys, message: Quarantined, at: datetime
) -> Sequence[Quarantined]:
    """Send a held message and all that wait behind it back to be decided, in their order.

    One transaction: the command that lifts the hold, the messages, the audit events, and the note
    in the quarantine. Released twice, the second finds nothing.

    Raises:
        Unavailable: nothing is known to be written; look again, then repeat.
    """
    writer = TransactionalWriter(connection, "hub-quarantine-release")
    try:
        # Opening fences a release that another operator has under way; then look again.
        await writer.open()
        waiting = [held for held in await quarantined(connection) if _together(held, message)]
        if waiting:
            await writer.write(_outputs(waiting, macs, at), {}, topics.ROUTER_GROUP)
    finally:
        await writer.discard()
    return waiting


def _together(held: Quarantined, message: Quarantined) -> bool:
    if not message.subject:
        return held.offset == message.offset
    return (held.source, held.subject) == (message.source, message.subject)


def _outputs(waiting: Sequence[Quarantined], macs: MacKeys, at: datetime) -> list[Output]:
    first = waiting[0]
    outputs = [
        Output(
            topic=topics.QUARANTINE,
            partition=0,
            key=first.key,
            value=msgspec.json.encode([held.offset for held in waiting]),
            headers=[(RELEASED, b"1")],
        )
    ]
    if first.subject:
        command = msgspec.json.encode(Resume(source=first.source, subject=first.subject))
        outputs.append(
            Output(
                topic=topics.INGRESS,
                partition=first.partition,
                key=first.key,
                value=command,
                headers=[(COMMAND, command_mac(macs, command).encode())],
            )
        )
    for held in waiting:
        outputs.extend(_again(held, at))
    return outputs


def _again(held: Quarantined, at: datetime) -> list[Output]:
    resumed = AuditEvent(event=Event.RESUMED, source=held.source, id=held.id, at=at)
    return [
        Output(
            topic=topics.INGRESS,
            partition=held.partition,
            key=held.key,
            value=held.body,
            headers=held.headers,
        ),
        Output(topic=topics.AUDIT, partition=held.partition, key=None, value=encode_event(resumed)),
    ]


def _fold(held: list[Quarantined], raw: Any) -> list[Quarantined]:
    headers = dict(raw.headers)
    if RELEASED in headers:
        done = set(msgspec.json.decode(raw.value, type=list[int]))
        return [item for item in held if item.offset not in done]
    original = [
        (name.removeprefix(ORIGINAL_PREFIX), value)
        for name, value in raw.headers
        if name.startswith(ORIGINAL_PREFIX)
    ]
    names = {name: value.decode(errors="replace") for name, value in original}
    item = Quarantined(
        offset=raw.offset,
        source=names.get("ce_source", "").removeprefix("urn:hub:system:"),
        id=names.get("ce_id", ""),
        subject=names.get("ce_subject", ""),
        reason=headers["hub_reason"].decode(),
        at=datetime.fromtimestamp(raw.timestamp / 1000).astimezone(),
        partition=int(headers["hub_ingress_partition"]),
        key=raw.key,
        headers=original,
        body=raw.value or b"",
    )
    return [*held, item]
