"""One record of `hub.ingress`, read again: for an operator who looks at one message."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.kept_consumer import KeptConsumer
from hub.io.kafka.topics import INGRESS

READ_SECONDS: Final = 10
"""How long one look may take, with the wait for those before it."""
_GLANCE_MS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as it stands."""

    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    written_at: datetime


class IngressRecords:
    """Reads single records: one at a time, for people, with one consumer that stays open."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._kept = KeptConsumer(connection)

    async def read(self, partition: int, offset: int) -> Found | None:
        """Return one record; None: it is no longer kept, or never was.

        Raises:
            Unavailable: the broker does not answer.
        """
        with broker_errors("to a look at a message"):
            async with asyncio.timeout(READ_SECONDS), self._kept.lent() as consumer:
                return await _read(consumer, TopicPartition(INGRESS, partition), offset)

    async def stop(self) -> None:
        """Disconnect."""
        await self._kept.close()


async def _read(consumer: Any, place: TopicPartition, offset: int) -> Found | None:
    consumer.assign([place])
    first = (await consumer.beginning_offsets([place]))[place]
    end = (await consumer.end_offsets([place]))[place]
    if not first <= offset < end:
        return None
    consumer.seek(place, offset)
    while await consumer.position(place) <= offset:
        batch = await consumer.getmany(place, timeout_ms=_GLANCE_MS, max_records=1)
        for record in batch.get(place, ()):
            return _found(record) if record.offset == offset else None
    return None


def _found(record: Any) -> Found:
    return Found(
        headers=tuple(record.headers),
        body=record.value or b"",
        written_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )
