"""Read the contents of records of `hub.retry` when they are needed.

What waits for long is held without its body, so that the memory of a process does not grow with
what stands on the topic.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.reading import (
    GLANCE_MS,
    SILENT_SECONDS,
    close_consumer,
    ends_of,
    open_consumer,
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
        self._consumer: Any = None
        self._one_by_one = asyncio.Lock()

    async def read(self, partition: int, wanted: Mapping[bytes, int | None]) -> dict[bytes, bytes]:
        """Return the values of records by their keys; one that is there no more is left out.

        `wanted`: where each stands; None or a wrong place costs a look through the partition.

        Raises:
            Unavailable: Kafka does not answer, or does not show the records yet.
        """
        place = TopicPartition(RETRY, partition)
        async with self._one_by_one:
            try:
                return await self._read(place, wanted)
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """Let go of the consumer."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await close_consumer(consumer)

    async def _read(
        self, place: TopicPartition, wanted: Mapping[bytes, int | None]
    ) -> dict[bytes, bytes]:
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection, fetch_bytes=FETCH_BYTES)
        with broker_errors("reading hub.retry"):
            self._consumer.assign([place])
            places = {at: key for key, at in wanted.items() if at is not None}
            found = await self._at(place, places)
            if wanted.keys() - found.keys():
                found |= await self._searched(place, wanted.keys() - found.keys())
            # Paused, it fetches nothing ahead of a question that may never come.
            self._consumer.pause(place)
        return found

    async def _at(self, place: TopicPartition, wanted: Mapping[int, bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        left = deque(sorted(wanted))
        while left:
            self._consumer.seek(place, left[0])
            records = await self._next(place)
            for raw in records:
                if raw.value is not None and wanted.get(raw.offset) == raw.key:
                    found[raw.key] = raw.value
            # What the records have passed by is among them, or is there no more.
            while left and left[0] <= records[-1].offset:
                left.popleft()
        return found

    async def _next(self, place: TopicPartition) -> list[Any]:
        end = time.monotonic() + SILENT_SECONDS
        while time.monotonic() < end:
            found = await self._consumer.getmany(place, timeout_ms=GLANCE_MS)
            if records := found.get(place):
                return list(records)
        # Behind a transaction under way nothing is shown until it has ended.
        raise Unavailable(f"Kafka was silent for {SILENT_SECONDS:.0f} s")

    async def _searched(self, place: TopicPartition, keys: Any) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        ends = await ends_of(self._connection, [place])
        await self._consumer.seek_to_beginning(place)
        async for batch in read_to(self._consumer, ends):
            for raw in batch.get(place, ()):
                if raw.key not in keys:
                    continue
                if raw.value is None:
                    found.pop(raw.key, None)
                else:
                    found[raw.key] = raw.value
        return found
