"""Many records of `hub.ingress`, read again in order: for a look at what a change would break."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.reading import close_consumer, open_consumer
from hub.io.kafka.topics import INGRESS

Place = tuple[int, int]
"""(partition, offset)."""

SCAN_SECONDS: Final = 60
"""How long one slice may take, with the wait for those before it."""
NEAR: Final = 200
"""Offsets up to which reading on costs less than a new fetch."""
_AT_ONCE: Final = 50
"""Records held at once besides those that are wanted."""
_GLANCE_MS: Final = 200


class IngressScan:
    """Reads slices: one at a time for the process, with one consumer that stays open."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._consumer: Any = None
        self._one = asyncio.Lock()

    async def bodies(self, wanted: Iterable[Place]) -> Mapping[Place, bytes]:
        """Return the bodies at these places, those that are still kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        with broker_errors("to a look at many messages"):
            async with asyncio.timeout(SCAN_SECONDS), self._one:
                try:
                    return await self._read(wanted)
                except BaseException:
                    # What state it is in is unknown: the next one gets a new consumer.
                    await self.stop()
                    raise

    async def stop(self) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await close_consumer(consumer)

    async def _read(self, wanted: Iterable[Place]) -> dict[Place, bytes]:
        by_partition: dict[int, list[int]] = defaultdict(list)
        for partition, offset in sorted(wanted):
            by_partition[partition].append(offset)
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection)
        found: dict[Place, bytes] = {}
        for partition, offsets in by_partition.items():
            place = TopicPartition(INGRESS, partition)
            self._consumer.assign([place])
            first = (await self._consumer.beginning_offsets([place]))[place]
            end = (await self._consumer.end_offsets([place]))[place]
            kept = [offset for offset in offsets if first <= offset < end]
            found |= await self._of(place, kept)
        return found

    async def _of(self, place: TopicPartition, offsets: list[int]) -> dict[Place, bytes]:
        found: dict[Place, bytes] = {}
        position = -NEAR - 1
        for offset in offsets:
            if offset < position:
                continue  # It was in what has been read, or is not there.
            if offset - position > NEAR:
                self._consumer.seek(place, offset)
            found |= await self._to(place, offset, offsets)
            position = await self._consumer.position(place)
        return found

    async def _to(
        self, place: TopicPartition, offset: int, offsets: list[int]
    ) -> dict[Place, bytes]:
        wanted, found = frozenset(offsets), {}
        while await self._consumer.position(place) <= offset:
            batch = await self._consumer.getmany(place, timeout_ms=_GLANCE_MS, max_records=_AT_ONCE)
            for record in batch.get(place, ()):
                if record.offset in wanted:
                    found[place.partition, record.offset] = record.value or b""
        return found
