"""One consumer of a process that rests between two looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.reading import FETCH_BYTES, close_consumer, open_consumer


class KeptConsumer:
    """Lends its consumer to one look at a time, and opens it for the first."""

    def __init__(self, connection: KafkaConnection, *, fetch_bytes: int = FETCH_BYTES) -> None:
        self._connection, self._fetch_bytes = connection, fetch_bytes
        self._consumer: Any = None
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Any]:
        """Give the consumer for one look; the caller assigns and seeks.

        Raises:
            Unavailable: the broker does not answer.
        """
        async with self._one:
            try:
                if self._consumer is None:
                    self._consumer = await open_consumer(
                        self._connection, fetch_bytes=self._fetch_bytes
                    )
                yield self._consumer
            except BaseException:
                # What state it is in is unknown: the next look gets a new consumer.
                await self.close()
                raise

    async def close(self) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await close_consumer(consumer)
