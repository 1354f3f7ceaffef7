"""Consumers that read partitions assigned by hand, committed records only."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hub.io.kafka.connection import KafkaConnection, broker_errors, whole
from hub.ports import Unavailable

FETCH_BYTES: Final = 4 * 1024 * 1024
"""Bytes fetched from a partition at once: more than one batch of events of 2 kB."""

SMALL_FETCH_BYTES: Final = 1024 * 1024
"""The same for a reader of many partitions, or of many at once in one process."""

START_SECONDS: Final = 20.0
"""How long a broker may take to let a reader in: it may just be starting itself."""

SEEKER_WAIT_MS: Final = 100
"""What the broker waits where nothing is new. Short: another place is read only after that."""

FOLLOWER_WAIT_MS: Final = 500
"""The same for who stays where he is: he gets news at once all the same, and asks less often."""

SILENT_SECONDS: Final = 10.0
"""Longest silence while records are known to come: whoever reads must also notice a stop."""

GLANCE_MS: Final = 50
"""How long one look waits when the end is near: behind the last record stand only a transaction's
marks, which no look returns. A takeover would wait so long for nothing."""


async def open_consumer(
    connection: KafkaConnection,
    *,
    fetch_bytes: int = FETCH_BYTES,
    wait_ms: int = SEEKER_WAIT_MS,
    auto_offset_reset: str = "earliest",
    **options: Any,
) -> Any:
    """Start a consumer without a group. The caller assigns, seeks and, at last, closes.

    Raises:
        Unavailable: the broker does not answer.
    """
    consumer = AIOKafkaConsumer(
        **connection.options(),
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_committed",  # Invariant 2: what was not committed is not there.
        fetch_max_wait_ms=wait_ms,
        max_partition_fetch_bytes=fetch_bytes,
        auto_offset_reset=auto_offset_reset,
        **options,
    )
    try:
        with broker_errors("starting to read"):
            async with asyncio.timeout(START_SECONDS):
                await whole(consumer.start())
    except BaseException:
        # Also where the process is told to stop meanwhile: nothing is left open behind it.
        await close_consumer(consumer)
        raise
    return consumer


@asynccontextmanager
async def consumer_for(
    connection: KafkaConnection, doing: str, **options: Any
) -> AsyncIterator[Any]:
    """Give a consumer like `open_consumer`'s for one piece of work. `doing` says, for people, what.

    Errors of Kafka within it become the hub's.

    Raises:
        Refusing: the broker refuses it for good.
        Unavailable: the broker does not answer.
    """
    consumer = await open_consumer(connection, **options)
    try:
        with broker_errors(doing):
            yield consumer
    finally:
        await close_consumer(consumer)


async def close_consumer(consumer: Any) -> None:
    """Stop a consumer, also while its broker is away. Never raises for what Kafka does.

    aiokafka 0.14 cancels whoever stops a consumer that waits to repeat a fetch, and leaves its
    connections open. So it is stopped in a task of its own, and the connections are closed after.
    """
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait({stopping})
    if stopping.cancelled():
        await consumer._client.close()  # noqa: SLF001  (there is no public way to them)
    elif (error := stopping.exception()) is not None and not isinstance(error, KafkaError):
        raise error


async def ends_of(
    connection: KafkaConnection, places: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return where partitions end, behind every transaction that is under way there.

    A reader of committed records is told an end before the first open transaction, of whoever. On
    a topic that several write, what we have committed ourselves may stand behind that: who reads
    back what he has done must wait for it, or he does it again.

    Raises:
        Unavailable: the broker does not answer.
    """
    consumer = AIOKafkaConsumer(
        **connection.options(),
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_uncommitted",
    )
    try:
        with broker_errors("looking for the end"):
            await whole(consumer.start())
            ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
    finally:
        await close_consumer(consumer)
    return ends


async def read_to(
    consumer: Any, ends: dict[TopicPartition, int]
) -> AsyncIterator[dict[TopicPartition, list[Any]]]:
    """Yield what the consumer has not yet read before `ends`.

    Raises:
        Unavailable: nothing was heard for `SILENT_SECONDS`. The consumer itself would wait on.
    """
    heard = time.monotonic()
    while await behind(consumer, ends):
        found = await consumer.getmany(timeout_ms=GLANCE_MS)
        if found:
            heard = time.monotonic()
            yield found
        elif time.monotonic() - heard > SILENT_SECONDS:
            raise Unavailable(f"Kafka was silent for {SILENT_SECONDS:.0f} s")


async def behind(consumer: Any, ends: dict[TopicPartition, int]) -> bool:
    """Say whether the consumer has not yet reached `ends` somewhere."""
    for place, end in ends.items():
        if await consumer.position(place) < end:
            return True
    return False
