"""Older records of inboxes, read from the broker again: a bounded pool of consumers for all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.inbox_records import InboxRecord, read_inbox
from hub.io.kafka.reading import SMALL_FETCH_BYTES, close_consumer, open_consumer

CONSUMERS: Final = 4
"""Cold reads at once. They are catch-up: rare, and the broker serves them from disk."""

READ_SECONDS: Final = 10
"""How long one cold read may take, with the wait for a free consumer."""


class ColdInboxes:
    """Reads ranges of inboxes by offset."""

    def __init__(self, connection: KafkaConnection, *, consumers: int = CONSUMERS) -> None:
        self._connection = connection
        self._free: asyncio.Queue[AIOKafkaConsumer | None] = asyncio.Queue()
        for _ in range(consumers):
            self._free.put_nowait(None)

    async def stop(self) -> None:
        """Disconnect the consumers that are free; reads have ended before."""
        while not self._free.empty():
            consumer = self._free.get_nowait()
            if consumer is not None:
                await close_consumer(consumer)

    async def read(
        self, topic: str, start: int, end: int, limit: int
    ) -> tuple[list[InboxRecord], int]:
        """Return at most `limit` records of [start, end), and the offset to go on from.

        A start below the oldest record is moved to it.

        Raises:
            Unavailable: the broker does not answer.
        """
        with broker_errors("to a read"):
            async with asyncio.timeout(READ_SECONDS), self._borrow() as consumer:
                return await _read(consumer, TopicPartition(topic, 0), start, end, limit)

    @contextlib.asynccontextmanager
    async def _borrow(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = await self._free.get()
        try:
            if consumer is None:
                # Invariant 2: every reader reads committed records only.
                consumer = await open_consumer(self._connection, fetch_bytes=SMALL_FETCH_BYTES)
            yield consumer
        except BaseException:
            # What state it is in is unknown: the next reader gets a new one.
            if consumer is not None:
                await close_consumer(consumer)
            consumer = None
            raise
        finally:
            self._free.put_nowait(consumer)


async def _read(
    consumer: AIOKafkaConsumer, place: TopicPartition, start: int, end: int, limit: int
) -> tuple[list[InboxRecord], int]:
    consumer.assign([place])
    consumer.seek(place, start)
    records: list[InboxRecord] = []
    position = start
    # Markers of transactions take offsets too: the position, not the records, tells the end.
    while len(records) < limit and position < end:
        batch = await consumer.getmany(place, timeout_ms=200, max_records=limit - len(records))
        records += [read_inbox(record) for record in batch.get(place, ()) if record.offset < end]
        position = await consumer.position(place)
    return records, min(position, end)
