"""The router's side of Kafka: read `hub.ingress`, commit decisions, recover."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aiokafka import TopicPartition

from hub.decision.events import Effects
from hub.io.kafka import topics
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.inboxes import Inboxes
from hub.io.kafka.positions import Position, fence, read_positions
from hub.io.kafka.reading import close_consumer, open_consumer, read_to
from hub.io.kafka.router_records import (
    Outcome,
    Record,
    outputs_of,
    records_of,
)
from hub.io.kafka.share import Share
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.io.seen import SWEEP_ENTRIES, SeenStore, boot_id
from hub.ports import Refusing

COLLECT_SECONDS: Final = 0.025
"""How long records are collected before they are decided: a transaction costs the same for many."""

COLLECT_RECORDS: Final = 2_000
"""Most records in one transaction: more gain nothing and make the batch's last one wait."""

FETCH_BYTES: Final = 8 * 1024 * 1024
"""Most of `hub.ingress` in one answer of the broker, a batch of 2,000 usual messages: after a stall
more would lie in memory than is decided next, and a heap that has once grown stays so."""

IDLE_SECONDS: Final = 0.5
"""How long one look for records waits; a stop is noticed after at most so long."""


class RouterBus:
    """One router's partitions. Its transactional id names this fixed set of them."""

    def __init__(
        self, connection: KafkaConnection, share: Share, inboxes: Inboxes, cache: Path
    ) -> None:
        self._connection, self._inboxes = connection, inboxes
        self.owned = share.partitions()
        self._places = [TopicPartition(topics.INGRESS, number) for number in self.owned]
        self.transactional_id = share.transactional_id("router")
        self._writer = TransactionalWriter(connection, self.transactional_id)
        self._consumer: Any = None
        self.seen = SeenStore(cache, self.owned, share.total, boot_id())

    async def open(self) -> None:
        """Fence whoever was here before, then read what it had committed.

        Raises:
            Unavailable: Kafka does not answer.
        """
        positions = await read_positions(self._connection, topics.ROUTER_GROUP, self._places)
        earlier = {position.owner for position in positions.values()}
        await fence(self._connection, earlier - {self.transactional_id})
        await self._writer.open()
        await self._inboxes.refresh(self._writer)
        # Invariant 7: nothing is delivered before it is known what waits for whom.
        await self._inboxes.when_known()
        # Only now: a dead predecessor's last transaction has ended one way or the other.
        positions = await read_positions(self._connection, topics.ROUTER_GROUP, self._places)
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection, fetch_max_bytes=FETCH_BYTES)
        await self._read_seen()
        await self._claim(await self._seek(positions))

    async def collect(self) -> list[Record]:
        """Return the next records, in the order of each partition; empty where there are none.

        Raises:
            Unavailable: Kafka does not answer.
        """
        with broker_errors("reading hub.ingress"):
            found = await self._consumer.getmany(
                timeout_ms=int(IDLE_SECONDS * 1000), max_records=COLLECT_RECORDS
            )
            count = sum(map(len, found.values()))
            if not 0 < count < COLLECT_RECORDS:
                return records_of(found.values())
            await asyncio.sleep(COLLECT_SECONDS)
            more = await self._consumer.getmany(timeout_ms=0, max_records=COLLECT_RECORDS - count)
        return records_of([*found.values(), *more.values()])

    async def commit(self, work: Sequence[tuple[Record, Outcome]]) -> None:
        """Write all outcomes and the positions after them, together or not at all.

        After any error the bus must be opened again.

        Raises:
            Fenced, Refusing, Unavailable: see `TransactionalWriter.write`.
        """
        wanted = {system for _, outcome in work for system in _systems(outcome)}
        await self._inboxes.look_for(wanted, self._writer)
        place = self._inboxes.place
        outputs = [out for record, done in work for out in outputs_of(record, done, place)]
        after = {record.place.partition: record.place.offset + 1 for record, _ in work}
        offsets = {TopicPartition(topics.INGRESS, number): end for number, end in after.items()}
        try:
            async with self._inboxes.parking(outputs):
                done = await self._writer.write(outputs, self._owned(offsets), topics.ROUTER_GROUP)
        except Refusing as error:
            self._inboxes.forbid(error.topics)
            raise
        self._remember(outputs, done.ends)

    async def close(self) -> None:
        """Stop reading and writing. What was not committed is read again by the next owner."""
        await self._writer.discard()
        if self._consumer is not None:
            await close_consumer(self._consumer)
            self._consumer = None

    async def _read_seen(self) -> None:
        """Read what the cache lacks of our partitions of `hub.seen`."""
        consumer = self._consumer
        places = [TopicPartition(topics.SEEN, number) for number in self.owned]
        with broker_errors("reading hub.seen"):
            consumer.assign(places)
            starts = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
            for place in places:
                seen = self.seen.partition(place.partition)
                if seen.position > ends[place]:
                    # Invariant 8: what another topic knew, or what this one lost with its disk,
                    # says nothing about what was admitted here.
                    seen.clear()
                consumer.seek(place, max(seen.position, starts[place]))
            async for batch in read_to(consumer, ends):
                for place, records in batch.items():
                    entries = [(record.key, record.value) for record in records]
                    self.seen.partition(place.partition).remember(entries, records[-1].offset + 1)

    async def _seek(
        self, positions: Mapping[TopicPartition, Position]
    ) -> dict[TopicPartition, int]:
        consumer = self._consumer
        with broker_errors("seeking in hub.ingress"):
            consumer.assign(self._places)
            starts = await consumer.beginning_offsets(self._places)
        offsets = {place: position.offset for place, position in positions.items()}
        for place in self._places:
            offsets[place] = max(starts[place], offsets.get(place, 0))
            consumer.seek(place, offsets[place])
        return offsets

    async def _claim(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit our id on every partition, so that the next layout knows whom to fence."""
        await self._writer.write([], self._owned(offsets), topics.ROUTER_GROUP)

    def _owned(self, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, Any]:
        return {
            place: Position(offset=offset, owner=self.transactional_id).committed()
            for place, offset in offsets.items()
        }

    def _remember(self, outputs: Iterable[Output], ends: Mapping[TopicPartition, int]) -> None:
        fresh: dict[int, list[tuple[bytes, bytes | None]]] = {}
        for output in outputs:
            if output.topic == topics.SEEN and output.key is not None:
                fresh.setdefault(output.partition, []).append((output.key, output.value))
        for number, entries in fresh.items():
            partition = self.seen.partition(number)
            partition.remember(entries, ends[TopicPartition(topics.SEEN, number)])
            partition.sweep(SWEEP_ENTRIES * len(entries), time.time())


def _systems(outcome: Outcome) -> Iterable[str]:
    if not isinstance(outcome, Effects) or outcome.fans_out:
        return ()
    return (delivery.system for delivery in outcome.deliveries)
