"""One transactional producer, used so that a transaction means what it says.

Three traps of the client are closed here, and nowhere else: a transaction commits although one of
its sends was refused, unless the send's future is awaited; a producer whose send was refused loses
its next messages too, so it is replaced; `stop` waits for ever for batches that nobody takes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    CorruptRecordException,
    InvalidProducerEpoch,
    InvalidTimestampError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    ProducerFenced,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.structs import OffsetAndMetadata

from hub.io.kafka.codec import Headers
from hub.io.kafka.connection import KafkaConnection, whole
from hub.ports import Fenced, Refusing, Unavailable

TRANSACTION_TIMEOUT_MS: Final = 10_000
"""After this the broker ends an open transaction: so long may a dead writer delay readers."""

COMMIT_SECONDS: Final = 9.0
"""A transaction that takes longer is given up before the broker does it."""

STOP_SECONDS: Final = 2.0
"""How long a producer may take to stop before its connections are closed under it."""

MAX_BATCH_BYTES: Final = 1024 * 1024
"""Largest batch of records for one partition."""

MAX_REQUEST_BYTES: Final = 16 * 1024 * 1024
"""Largest produce request: a transaction's batches for all inboxes travel in one."""


_FOR_GOOD: Final = (
    CorruptRecordException,
    InvalidTimestampError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
)
"""Errors that come again however often the record is sent. Everything else may pass."""


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """A record to write."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers = []


@dataclass(frozen=True, slots=True)
class Written:
    """Where a transaction has put its records."""

    ends: Mapping[TopicPartition, int]
    """The end offset of each partition written."""
    placed: Mapping[bytes, int]
    """The offset of each record with key and value, on the topic that was asked about."""


class TransactionalWriter:
    """Writes records and input offsets together or not at all (invariant 2)."""

    def __init__(
        self, connection: KafkaConnection, transactional_id: str, placing: str | None = None
    ) -> None:
        """`placing`: the topic of whose records it is told where they stand."""
        self._connection, self._placing = connection, placing
        self.transactional_id = transactional_id
        self._producer: Any = None

    async def open(self) -> None:
        """Start a producer: it fences every earlier one of this id and ends its transaction.

        Raises:
            Unavailable: the broker does not answer.
        """
        await self.discard()
        producer = AIOKafkaProducer(
            **self._connection.options(),
            transactional_id=self.transactional_id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            acks="all",
            linger_ms=0,
            retry_backoff_ms=10,
            max_batch_size=MAX_BATCH_BYTES,
            max_request_size=MAX_REQUEST_BYTES,
        )
        # Ours before it has started: whoever cancels the start can still discard it.
        self._producer = producer
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await whole(producer.start())
        except (KafkaError, OSError, TimeoutError) as error:
            await self.discard()
            raise Unavailable(f"Kafka gives no producer: {type(error).__name__}") from error

    async def topics(self) -> frozenset[str]:
        """Return the topics that exist now.

        Raises:
            Unavailable: the broker does not answer.
        """
        client = self._producer.client
        try:
            cluster = await client.fetch_all_metadata()
            found: frozenset[str] = frozenset(cluster.topics())
            # Known beforehand: else the first message to each inbox asks for its own metadata.
            await client.set_topics(found)
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unavailable(f"Kafka lists no topics: {type(error).__name__}") from error
        return found

    async def write(
        self,
        outputs: Sequence[Output],
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
        group: str,
    ) -> Written:
        """Commit `outputs` and `offsets`; return where the records stand.

        After any error the producer is gone: `open` again, which tells what was written.

        Raises:
            Fenced: another process has taken over.
            Refusing: the broker refuses one of the records for good; nothing was written.
            Unavailable: whether it was written is unknown.
        """
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                return await self._write(outputs, offsets, group)
        except (ProducerFenced, InvalidProducerEpoch) as error:
            await self.discard()
            raise Fenced(f"{self.transactional_id} belongs to another process now") from error
        except (KafkaError, OSError, TimeoutError, ValueError) as error:
            await self.discard()
            raise _ours(error) from error

    async def _write(
        self,
        outputs: Sequence[Output],
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
        group: str,
    ) -> Written:
        producer = self._producer
        if producer is None:
            raise KafkaError("the producer is closed")
        await producer.begin_transaction()
        ends, placed = dict[TopicPartition, int](), dict[bytes, int]()
        # Invariant 2: a refused send does not fail the transaction by itself; its future does.
        waiting = [
            (place, some, await producer.send_batch(batch, place.topic, partition=place.partition))
            for place, batch, some in self._batches(outputs)
        ]
        written = await _all_written(producer, [future for _, _, future in waiting])
        for (place, some, _), metadata in zip(waiting, written, strict=True):
            ends[place] = metadata.offset + len(some)
            if place.topic == self._placing:
                placed.update(_places(some, metadata.offset))
        if offsets:
            await producer.send_offsets_to_transaction(dict(offsets), group)
        await producer.commit_transaction()
        return Written(ends, placed)

    def _batches(self, outputs: Sequence[Output]) -> list[tuple[TopicPartition, Any, list[Output]]]:
        """Build the batches ourselves: a call of `send` for each record costs five times more."""
        grouped: dict[tuple[str, int], list[Output]] = defaultdict(list)
        for output in outputs:
            grouped[output.topic, output.partition].append(output)
        batches = []
        for (topic, partition), records in grouped.items():
            place = TopicPartition(topic, partition)
            builder, some = self._producer.create_batch(), list[Output]()
            for record in records:
                if not _append(builder, record):
                    batches.append((place, builder, some))
                    builder, some = self._producer.create_batch(), []
                    _append(builder, record)
                some.append(record)
            batches.append((place, builder, some))
        for _, builder, _ in batches:
            builder.close()
        return batches

    async def discard(self) -> None:
        """Drop the producer, whatever state it is in."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await whole(_abandon(producer))


def _append(builder: Any, record: Output) -> bool:
    added = builder.append(
        timestamp=None, key=record.key, value=record.value, headers=record.headers
    )
    return added is not None


def _places(records: Sequence[Output], first: int) -> dict[bytes, int]:
    return {
        record.key: offset
        for offset, record in enumerate(records, first)
        if record.key is not None and record.value is not None
    }


async def _all_written(producer: Any, futures: list[Any]) -> list[Any]:
    """Wait for every send. A forbidden partition fails the transaction, but none of its sends."""
    sends = asyncio.gather(*futures)
    failed = producer._txn_manager._transaction_waiter  # noqa: SLF001  (no public way to see it)
    await asyncio.wait({sends, failed}, return_when=asyncio.FIRST_COMPLETED)
    if failed.done() and not sends.done():
        sends.cancel()
        # Asked for its end, so that the event loop does not report it as forgotten.
        await asyncio.gather(sends, return_exceptions=True)
        failed.result()
    return await sends


def _ours(error: Exception) -> Exception:
    name = type(error).__name__
    if isinstance(error, TopicAuthorizationFailedError):
        (topics,) = error.args
        named = {topics} if isinstance(topics, str) else topics
        return Refusing(f"Kafka forbids: {name}", frozenset(named))
    if isinstance(error, _FOR_GOOD):
        return Refusing(f"Kafka refuses for good: {name}")
    return Unavailable(f"Kafka did not commit: {name}")


async def _abandon(producer: Any) -> None:
    """Stop a producer within bounds; its unsent batches are of a transaction that will be ended."""
    await _stop(producer)
    # What it knew has been told by the error that was raised: nobody asks these futures again.
    batches = producer._message_accumulator._batches.values()  # noqa: SLF001
    waiters = [batch._drain_waiter for pending in batches for batch in pending]  # noqa: SLF001
    for waiter in (producer._txn_manager._transaction_waiter, *waiters):  # noqa: SLF001
        if waiter is not None and waiter.done() and not waiter.cancelled():
            waiter.exception()


async def _stop(producer: Any) -> None:
    with suppress(Exception):
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
            return
    task = producer._sender.sender_task  # noqa: SLF001  (the client has no bounded stop)
    if task is not None:
        task.cancel()
    with suppress(Exception):
        await producer.client.close()
