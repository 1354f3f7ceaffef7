"""Held messages: list them, and let them go on once the fault is repaired."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiokafka import TopicPartition

from hub.decision.events import AuditEvent, Event
from hub.decision.holding import Resume
from hub.io.kafka import topics
from hub.io.kafka.codec import Headers, encode_event
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.reading import consumer_for, read_to
from hub.io.kafka.router_records import COMMAND, ORIGINAL_PREFIX
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Fenced, Unavailable
from hub.signing.macs import MacKeys, command_mac

RELEASED: Final = "hub_released"
"""Header of a record that says: the held messages of this sender and subject were released."""

READ_SECONDS: Final = 30.0
"""Longest reading of the topic: it holds 20 messages for each ten minutes of a fault, at most."""

_PLACE: Final = TopicPartition(topics.QUARANTINE, 0)


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


class QuarantineBus:
    """`hub.quarantine`: what is held now, and the way back for it."""

    def __init__(self, connection: KafkaConnection, macs: MacKeys) -> None:
        self._connection, self._macs = connection, macs

    async def held(self) -> list[Quarantined]:
        """Return the messages that are held now, oldest first.

        Raises:
            Unavailable: the broker does not answer.
        """
        async with consumer_for(self._connection, "reading hub.quarantine") as consumer:
            async with asyncio.timeout(READ_SECONDS):
                return await _read(consumer)

    async def release(
        self, message: Quarantined, at: datetime, *, by: str, reason: str
    ) -> list[Quarantined]:
        """Send a held message and all that wait behind it back to be decided, in their order.

        One transaction: the command that lifts the hold, the messages, the audit events, which name
        `by` and `reason`, and the note in the quarantine. Released twice, the second finds nothing.

        Raises:
            Unavailable: nothing is known to be written; look again, then repeat.
        """
        writer = TransactionalWriter(self._connection, "hub-quarantine-release")
        try:
            # Opening fences a release that another operator has under way; then look again.
            await writer.open()
            waiting = [held for held in await self.held() if together(held, message)]
            if waiting:
                outputs = _outputs(waiting, self._macs, at, {"by": by, "reason": reason})
                await writer.write(outputs, {}, topics.ROUTER_GROUP)
        except Fenced as error:
            raise Unavailable("somebody else releases held messages: look again") from error
        finally:
            await writer.discard()
        return waiting


def together(held: Quarantined, message: Quarantined) -> bool:
    """Say whether `held` is released with `message`: of one sender and subject, or the same."""
    if not message.subject:
        return held.offset == message.offset
    return (held.source, held.subject) == (message.source, message.subject)


async def _read(consumer: Any) -> list[Quarantined]:
    consumer.assign([_PLACE])
    await consumer.seek_to_beginning(_PLACE)
    held: list[Quarantined] = []
    async for found in read_to(consumer, await consumer.end_offsets([_PLACE])):
        for raw in found.get(_PLACE, []):
            held = _fold(held, raw)
    return held


def _outputs(
    waiting: Sequence[Quarantined], macs: MacKeys, at: datetime, why: dict[str, str]
) -> list[Output]:
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
        outputs.extend(_again(held, at, why))
    return outputs


def _again(held: Quarantined, at: datetime, why: dict[str, str]) -> list[Output]:
    # Invariant 11: in the message's own history too it stands who let it go on, and why.
    resumed = AuditEvent(event=Event.RESUMED, source=held.source, id=held.id, at=at, detail=why)
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
        at=datetime.fromtimestamp(raw.timestamp / 1000, UTC),
        partition=int(headers["hub_ingress_partition"]),
        key=raw.key,
        headers=original,
        body=raw.value or b"",
    )
    return [*held, item]
