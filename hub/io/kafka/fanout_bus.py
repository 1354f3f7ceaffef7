"""The expander's side of Kafka: read `hub.fanout`, deliver in slices, remember how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from aiokafka import TopicPartition

from hub.decision.events import Delivery
from hub.io.kafka import topics
from hub.io.kafka.codec import Headers, is_urgent_record
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.inboxes import Inboxes
from hub.io.kafka.positions import Position, fence, read_positions
from hub.io.kafka.reading import close_consumer, open_consumer
from hub.io.kafka.router_records import FanOut, delivery_outputs
from hub.io.kafka.share import Share
from hub.io.kafka.transaction import TransactionalWriter
from hub.ports import Refusing

GROUP: Final = "hub-router-fanout"

SLICE_DELIVERIES: Final = 100
"""Most inboxes of one slice: its transaction marks each of them while others wait."""

SLICE_BYTES: Final = 1_000_000
"""Most bytes of one slice: the broker writes them in one go, and everybody's messages after it."""

_decode = msgspec.msgpack.Decoder(FanOut).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some deliveries of one message, and the position after them."""

    message: FanOut
    deliveries: Sequence[Delivery]
    headers: Headers
    place: TopicPartition
    offset: int
    note: str
    """How many deliveries of the record at `offset` are done; empty once all are."""


class FanoutBus:
    """One router's share of `hub.fanout`."""

    def __init__(self, connection: KafkaConnection, share: Share, inboxes: Inboxes) -> None:
        self._connection, self._inboxes = connection, inboxes
        self._places = [TopicPartition(topics.FANOUT, n) for n in share.partitions()]
        self._id = share.transactional_id("fanout")
        self._writer = TransactionalWriter(connection, self._id)
        self._consumer: Any = None
        self._done: dict[TopicPartition, tuple[int, int]] = {}

    async def open(self) -> None:
        """Fence an earlier expander and go on where the last committed slice ended.

        Raises:
            Unavailable: Kafka does not answer.
        """
        # Invariant 7: nothing is delivered before it is known what waits for whom.
        await self._inboxes.when_known()
        positions = await read_positions(self._connection, GROUP, self._places)
        await fence(self._connection, {p.owner for p in positions.values()} - {self._id})
        await self._writer.open()
        await self._inboxes.refresh(self._writer)
        positions = await read_positions(self._connection, GROUP, self._places)
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection)
        with broker_errors("seeking in hub.fanout"):
            self._consumer.assign(self._places)
            starts = await self._consumer.beginning_offsets(self._places)
        for place in self._places:
            found = positions.get(place)
            self._consumer.seek(place, max(starts[place], found.offset if found else 0))
            if found and found.note:
                self._done[place] = (found.offset, int(found.note))

    async def collect(self) -> list[Slice]:
        """Return the slices of the next message; empty where there is none.

        Raises:
            Unavailable: Kafka does not answer.
        """
        with broker_errors("reading hub.fanout"):
            found = await self._consumer.getmany(timeout_ms=500, max_records=1)
        return [part for records in found.values() for raw in records for part in self._cut(raw)]

    def _cut(self, raw: Any) -> list[Slice]:
        place = TopicPartition(raw.topic, raw.partition)
        message = _decode(raw.value)
        offset, start = self._done.pop(place, (-1, 0))
        start = start if offset == raw.offset else 0
        size = max(1, min(SLICE_DELIVERIES, SLICE_BYTES // max(1, len(message.body))))
        total = len(message.deliveries)
        return [
            Slice(
                message=message,
                deliveries=message.deliveries[first : first + size],
                headers=list(raw.headers),
                place=place,
                offset=raw.offset if first + size < total else raw.offset + 1,
                note=str(first + size) if first + size < total else "",
            )
            for first in range(start, total, size)
        ]

    async def deliver(self, part: Slice, at: datetime) -> None:
        """Write one slice and the position after it, together or not at all (invariant 2).

        Raises:
            Fenced, Refusing, Unavailable: see `TransactionalWriter.write`; open again.
        """
        await self._inboxes.look_for((d.system for d in part.deliveries), self._writer)
        urgent = is_urgent_record(part.headers)
        outputs = [
            output
            for delivery in part.deliveries
            for output in delivery_outputs(
                part.message,
                delivery,
                part.headers,
                part.place.partition,
                at,
                self._inboxes.place(delivery.system, urgent),
            )
        ]
        position = Position(offset=part.offset, owner=self._id, note=part.note)
        try:
            async with self._inboxes.parking(outputs):
                await self._writer.write(outputs, {part.place: position.committed()}, GROUP)
        except Refusing as error:
            self._inboxes.forbid(error.topics)
            raise

    async def close(self) -> None:
        """Stop; what is not committed is delivered by the next owner."""
        await self._writer.discard()
        if self._consumer is not None:
            await close_consumer(self._consumer)
            self._consumer = None
