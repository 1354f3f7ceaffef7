"""Read `hub.rules` from its first record on: whole, committed, as far as it goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.reading import FOLLOWER_WAIT_MS, close_consumer, open_consumer
from hub.io.kafka.topics import RULES
from hub.ports import Unavailable

_PLACE: Final = TopicPartition(RULES, 0)
_POLL_MS: Final = 1_000
_END_SECONDS: Final = 20.0
"""How long the broker may take to tell where the topic ends."""


class RulesReader:
    """Gives the records in order; knows when those that were there at the start are all read."""

    def __init__(self, consumer: Any, end: int) -> None:
        self._consumer, self._end = consumer, end
        self._position = 0

    @property
    def caught_up(self) -> bool:
        """Say whether everything that stood there at the start was read."""
        return self._position >= self._end

    async def next(self) -> list[ConsumerRecord]:
        """Return the next records; none after a second without any.

        Raises:
            Unavailable: the broker does not answer.
        """
        with broker_errors("reading hub.rules"):
            batches = await self._consumer.getmany(_PLACE, timeout_ms=_POLL_MS, max_records=5_000)
            # The position also passes commit markers and aborted records, which are never given.
            self._position = await self._consumer.position(_PLACE)
        records: list[ConsumerRecord] = batches.get(_PLACE, [])
        return records


@asynccontextmanager
async def open_rules(connection: KafkaConnection) -> AsyncIterator[RulesReader]:
    """Open `hub.rules` at its beginning.

    Raises:
        Unavailable: the broker does not answer, or the topic was not made yet.
    """
    # Invariant 2: a half-written or aborted version is never seen.
    consumer = await open_consumer(connection, wait_ms=FOLLOWER_WAIT_MS)
    try:
        with broker_errors("opening hub.rules"):
            async with asyncio.timeout(_END_SECONDS):
                end = await _end(consumer)
        # Outside: an error of whoever reads is not Kafka's.
        yield RulesReader(consumer, end)
    finally:
        await close_consumer(consumer)


async def _end(consumer: Any) -> int:
    if RULES not in await consumer.topics():
        raise Unavailable("hub.rules does not exist yet: the control plane makes it when it starts")
    consumer.assign([_PLACE])
    await consumer.seek_to_beginning(_PLACE)
    ends = await consumer.end_offsets([_PLACE])
    end: int = ends[_PLACE]
    return end
