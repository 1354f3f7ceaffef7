"""Read the contents of records of `hub.retry` when they are needed.

What waits for long is held without its body, so that the memory of a process does not grow with
what stands on the topic.
"""

import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.kept_consumer import KeptConsumer
from hub.io.kafka.reading import (
    GLANCE_MS,
    SILENT_SECONDS,
    ends_of,
    read_to,
)
from hub.io.kafka.topics import RETRY
from hub.ports import Unavailable

FETCH_BYTES: Final = 1024 * 1024
"""Bytes fetched at once: those who wait behind one another were parked together."""


class Contents:
    """Reads single records. One consumer for a process, that rests between two questions."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._kept = KeptConsumer(connection, fetch_bytes=FETCH_BYTES)

    async def read(self, partition: int, wanted: Mapping[bytes, int | None]) -> dict[bytes, bytes]:
        """Return the values of records by their keys; one that is there no more is left out.

        `wanted`: where each stands; None or a wrong place costs a look through the partition.

        Raises:
            Unavailable: Kafka does not answer, or does not show the records yet.
        """
        place = TopicPartition(RETRY, partition)
        async with self._kept.lent() as consumer:
            return await self._read(consumer, place, wanted)

    async def close(self) -> None:
        """Let go of the consumer."""
        await self._kept.close()

    async def _read(
        self, consumer: Any, place: TopicPartition, wanted: Mapping[bytes, int | None]
    ) -> dict[bytes, bytes]:
        with broker_errors("reading hub.retry"):
            consumer.assign([place])
            places = {at: key for key, at in wanted.items() if at is not None}
            found = await _at(consumer, place, places)
            if wanted.keys() - found.keys():
                found |= await self._searched(consumer, place, wanted.keys() - found.keys())
            # Paused, it fetches nothing ahead of a question that may never come.
            consumer.pause(place)
        return found

    async def _searched(
        self, consumer: Any, place: TopicPartition, keys: Any
    ) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        ends = await ends_of(self._connection, [place])
        await consumer.seek_to_beginning(place)
        async for batch in read_to(consumer, ends):
            for raw in batch.get(place, ()):
                if raw.key not in keys:
                    continue
                if raw.value is None:
                    found.pop(raw.key, None)
                else:
                    found[raw.key] = raw.value
        return found


async def _at(
    consumer: Any, place: TopicPartition, wanted: Mapping[int, bytes]
) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    left = deque(sorted(wanted))
    while left:
        consumer.seek(place, left[0])
        records = await _next(consumer, place)
        for raw in records:
            if raw.value is not None and wanted.get(raw.offset) == raw.key:
                found[raw.key] = raw.value
        # What the records have passed by is among them, or is there no more.
        while left and left[0] <= records[-1].offset:
            left.popleft()
    return found


async def _next(consumer: Any, place: TopicPartition) -> list[Any]:
    end = time.monotonic() + SILENT_SECONDS
    while time.monotonic() < end:
        found = await consumer.getmany(place, timeout_ms=GLANCE_MS)
        if records := found.get(place):
            return list(records)
    # Behind a transaction under way nothing is shown until it has ended.
    raise Unavailable(f"Kafka was silent for {SILENT_SECONDS:.0f} s")
