"""Read parts of `hub.audit` and `hub.ingress` again, in their order: to recompute a period."""

from collections.abc import AsyncIterator
from typing import Any

from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.log_feed import LogRecord
from hub.io.kafka.reading import consumer_for, read_to
from hub.io.kafka.topics import AUDIT, INGRESS


class AuditRange:
    """Parts of `hub.audit` as bytes."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection

    async def read(self, first: dict[int, int], end: dict[int, int]) -> AsyncIterator[LogRecord]:
        """Yield the committed records that are still kept, by partition in [first, end).

        Raises:
            Unavailable: Kafka does not answer.
        """
        if not first:
            return
        starts = {TopicPartition(AUDIT, number): offset for number, offset in first.items()}
        ends = {TopicPartition(AUDIT, number): offset for number, offset in end.items()}
        async for record in _records(self._connection, starts, ends):
            yield LogRecord(record.partition, record.offset, record.timestamp, record.value or b"")


class IngressPart:
    """A part of `hub.ingress`."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection

    async def read(
        self, partition: int, first: int, end: int
    ) -> AsyncIterator[tuple[int, list[tuple[str, bytes]], bytes]]:
        """Yield offset, headers and value of the records in [first, end) that are still kept.

        Raises:
            Unavailable: Kafka does not answer.
        """
        place = TopicPartition(INGRESS, partition)
        async for record in _records(self._connection, {place: first}, {place: end}):
            yield record.offset, list(record.headers), record.value or b""


async def _records(
    connection: KafkaConnection, starts: dict[TopicPartition, int], ends: dict[TopicPartition, int]
) -> AsyncIterator[Any]:
    async with consumer_for(connection, "reading a period again") as consumer:
        consumer.assign(list(starts))
        kept = await consumer.beginning_offsets(list(starts))
        there = await consumer.end_offsets(list(starts))
        for place, offset in starts.items():
            consumer.seek(place, max(offset, kept[place]))
        # What was deleted at the end cannot be waited for.
        reach = {place: min(end, there[place]) for place, end in ends.items()}
        async for found in read_to(consumer, reach):
            for place, records in found.items():
                for record in records:
                    if record.offset < ends[place]:
                        yield record
