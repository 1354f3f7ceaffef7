"""Read all of `hub.audit` from positions that the reader of the records keeps itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Generic, TypeVar

import structlog
from aiokafka import TopicPartition
from msgspec import DecodeError

from hub.decision.events import AuditEvent
from hub.decision.rows import AuditRecord
from hub.io.kafka.codec import decode_event
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.reading import behind, close_consumer, open_consumer
from hub.io.kafka.topics import AUDIT
from hub.ports import Refusing

COLLECT_SECONDS: Final = 0.1
"""How long records are collected: a status is that much later, and SQL commits that much less."""
BATCH_RECORDS: Final = 2_000
"""Most records in one batch: more gain nothing, and they stay in memory until they are stored."""
IDLE_SECONDS: Final = 0.5
"""How long one look for records waits; a stop is noticed after at most so long."""
FETCH_BYTES: Final = 8 * 1024 * 1024
"""Most bytes of one fetch: what one batch can take of memory, as Kafka's records."""

_Record = TypeVar("_Record")

_log = structlog.get_logger("audit_reader")


# Without slots: with them a frozen one cannot be made through `AuditBatch`, which is `Batch[…]`.
@dataclass(frozen=True, kw_only=True)
class Batch(Generic[_Record]):
    """Records in the order of their partitions, and where each partition's part begins and ends."""

    records: tuple[_Record, ...]
    start: Mapping[int, int]
    end: Mapping[int, int]
    """The next offset after the batch, by partition; only partitions that are in it."""


AuditBatch = Batch[AuditRecord]


class PartitionReader(Generic[_Record]):
    """All partitions of the audit topic, committed events only. Not a member of any group."""

    REMEDY: ClassVar = "Run `hub rebuild projection`"
    """What an operator does about another topic than was read."""

    def __init__(
        self,
        connection: KafkaConnection,
        partitions: int,
        *,
        topic: str = AUDIT,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        self._connection, self._most = connection, batch_records
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._positions: dict[int, int] = {}
        self._consumer: Any = None
        self.missing = 0
        """Records that were deleted from the topic before they were read."""

    @property
    def partitions(self) -> list[int]:
        """The numbers of all partitions."""
        return [place.partition for place in self._places]

    async def open(self, positions: Mapping[int, int]) -> None:
        """Read on from `positions`, the next offset of each partition.

        Raises:
            Refusing: a partition ends before its position: it is another topic than was read.
            Unavailable: Kafka does not answer.
        """
        await self.close()
        self._consumer = await open_consumer(self._connection, fetch_max_bytes=FETCH_BYTES)
        with broker_errors("seeking in hub.audit"):
            self._consumer.assign(self._places)
            starts = await self._consumer.beginning_offsets(self._places)
            ends = await self._consumer.end_offsets(self._places)
        self._positions = dict(positions)
        for place in self._places:
            position = positions[place.partition]
            if position > ends[place]:
                raise Refusing(
                    f"{place.topic}, partition {place.partition}, ends before what was recorded "
                    f"of it: is it a new topic? {self.REMEDY}"
                )
            if starts[place] > position:
                self._missing(place, starts[place] - position)
            self._consumer.seek(place, max(position, starts[place]))

    @staticmethod
    def _value(record: Any) -> _Record:
        """Return a record of Kafka as the reader's own."""
        raise NotImplementedError

    def _missing(self, place: TopicPartition, count: int) -> None:
        self.missing += count
        _log.error("audit_records_missing", partition=place.partition, count=count)

    async def read(self) -> Batch[_Record]:
        """Return the next records; none where there are none for a while.

        Raises:
            Unavailable: Kafka does not answer.
        """
        with broker_errors("reading hub.audit"):
            found = await self._consumer.getmany(
                timeout_ms=int(IDLE_SECONDS * 1000), max_records=self._most
            )
            chunks = list(found.items())
            count = sum(len(records) for _, records in chunks)
            if 0 < count < self._most:
                await asyncio.sleep(COLLECT_SECONDS)
                found = await self._consumer.getmany(timeout_ms=0, max_records=self._most - count)
                chunks += found.items()
        return self._batch(chunks)

    def _batch(self, chunks: list[tuple[TopicPartition, list[Any]]]) -> Batch[_Record]:
        end = {place.partition: records[-1].offset + 1 for place, records in chunks}
        start = {partition: self._positions[partition] for partition in end}
        self._positions |= end
        return Batch(
            records=tuple(self._value(record) for _, records in chunks for record in records),
            start=start,
            end=end,
        )

    async def ends(self) -> dict[TopicPartition, int]:
        """Return where the partitions end now.

        Raises:
            Unavailable: Kafka does not answer.
        """
        with broker_errors("looking for the end of hub.audit"):
            ends: dict[TopicPartition, int] = await self._consumer.end_offsets(self._places)
        return ends

    async def has_reached(self, ends: dict[TopicPartition, int]) -> bool:
        """Say whether everything before `ends` was read."""
        return not await behind(self._consumer, ends)

    async def lag(self) -> int:
        """Return how many records are known to be committed and were not read yet."""
        count = 0
        for place in self._places:
            end = self._consumer.last_stable_offset(place)
            if end is not None:
                count += max(0, end - await self._consumer.position(place))
        return count

    async def close(self) -> None:
        """Stop reading."""
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await close_consumer(consumer)


class AuditReader(PartitionReader[AuditRecord]):
    """The audit topic as events."""

    @staticmethod
    def _value(record: Any) -> AuditRecord:
        return audit_record(record.partition, record.offset, record.timestamp, record.value)


def audit_record(
    partition: int, offset: int, timestamp_ms: float, value: bytes | None
) -> AuditRecord:
    """Return a record of `hub.audit` as a value. Whatever stands there becomes one."""
    return AuditRecord(
        partition=partition,
        offset=offset,
        written_at=datetime.fromtimestamp(timestamp_ms / 1000, UTC),
        event=_event(partition, offset, value),
    )


def _event(partition: int, offset: int, value: bytes | None) -> AuditEvent | None:
    try:
        return decode_event(value or b"")
    except (DecodeError, UnicodeError):
        # Written by a newer version, or by a fault of ours. It stays visible as such.
        _log.error("audit_record_unreadable", partition=partition, offset=offset)
        return None
