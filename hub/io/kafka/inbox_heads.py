"""The oldest records of inboxes, and their deletion: time never deletes from an inbox."""

import asyncio
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.admin import delete_records
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.inbox_records import InboxRecord, read_inbox
from hub.io.kafka.reading import close_consumer, open_consumer
from hub.io.kafka.topics import INBOX_PREFIX

PAGE_RECORDS: Final = 500
"""Records looked at together: with 256 KiB each they still fit into memory."""

READ_SECONDS: Final = 30.0
"""How long one page may take: the recorder gives way to messages."""

_LOOK_MS: Final = 200


class InboxHeads:
    """Reads inboxes from their oldest record on. One reader, one inbox at a time."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._consumer: Any = None

    async def topics(self) -> list[str]:
        """Return the topics of all inboxes.

        Raises:
            Unavailable: Kafka does not answer.
        """
        consumer = await self._opened()
        with broker_errors("listing inboxes"):
            topics = await consumer.topics()
        return sorted(topic for topic in topics if topic.startswith(INBOX_PREFIX))

    async def oldest(self, topic: str, after: int = 0) -> list[InboxRecord]:
        """Return the oldest records from offset `after` on, at most `PAGE_RECORDS`.

        Raises:
            Unavailable: Kafka does not answer.
        """
        consumer, place = await self._opened(), TopicPartition(topic, 0)
        with broker_errors("reading an inbox"):
            async with asyncio.timeout(READ_SECONDS):
                consumer.assign([place])
                starts = await consumer.beginning_offsets([place])
                ends = await consumer.end_offsets([place])
                consumer.seek(place, max(after, starts[place]))
                return await _first(consumer, place, ends[place])

    async def delete_before(self, topic: str, offset: int) -> None:
        """Delete what stands before an offset.

        Raises:
            Refusing: this process may not.
            Unavailable: Kafka does not answer.
        """
        await delete_records(self._connection, topic, 0, offset)

    async def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await close_consumer(self._consumer)
            self._consumer = None

    async def _opened(self) -> Any:
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection)
        return self._consumer


async def _first(consumer: Any, place: TopicPartition, end: int) -> list[InboxRecord]:
    # Marks of transactions take offsets too: the position tells the end.
    while await consumer.position(place) < end:
        batch = await consumer.getmany(timeout_ms=_LOOK_MS, max_records=PAGE_RECORDS)
        if batch:
            return [read_inbox(raw) for raw in batch[place]]
    return []
