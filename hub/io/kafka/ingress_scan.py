"""Many records of `hub.ingress`, read again in order: for a look at what a change would break."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.kept_consumer import KeptConsumer
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
        self._kept = KeptConsumer(connection)

    async def bodies(self, wanted: Iterable[Place]) -> Mapping[Place, bytes]:
        """Return the bodies at these places, those that are still kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        with broker_errors("to a look at many messages"):
            async with asyncio.timeout(SCAN_SECONDS), self._kept.lent() as consumer:
                return await _read(consumer, wanted)

    async def stop(self) -> None:
        """Disconnect."""
        await self._kept.close()


async def _read(consumer: Any, wanted: Iterable[Place]) -> dict[Place, bytes]:
    by_partition: dict[int, list[int]] = defaultdict(list)
    for partition, offset in sorted(wanted):
        by_partition[partition].append(offset)
    found: dict[Place, bytes] = {}
    for partition, offsets in by_partition.items():
        place = TopicPartition(INGRESS, partition)
        consumer.assign([place])
        first = (await consumer.beginning_offsets([place]))[place]
        end = (await consumer.end_offsets([place]))[place]
        kept = [offset for offset in offsets if first <= offset < end]
        found |= await _of(consumer, place, kept)
    return found


async def _of(consumer: Any, place: TopicPartition, offsets: list[int]) -> dict[Place, bytes]:
    found: dict[Place, bytes] = {}
    position = -NEAR - 1
    for offset in offsets:
        if offset < position:
            continue  # It was in what has been read, or is not there.
        if offset - position > NEAR:
            consumer.seek(place, offset)
        found |= await _to(consumer, place, offset, offsets)
        position = await consumer.position(place)
    return found


async def _to(
    consumer: Any, place: TopicPartition, offset: int, offsets: list[int]
) -> dict[Place, bytes]:
    wanted, found = frozenset(offsets), {}
    while await consumer.position(place) <= offset:
        batch = await consumer.getmany(place, timeout_ms=_GLANCE_MS, max_records=_AT_ONCE)
        for record in batch.get(place, ()):
            if record.offset in wanted:
                found[place.partition, record.offset] = record.value or b""
    return found
