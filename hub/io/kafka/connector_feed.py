"""Read many inboxes with few consumers, and nobody faster than it can take.

A consumer reads an inbox from one place. Two connectors of one system stand at two places, so a
feed has as many consumers as the system with the most connectors: usually one for all inboxes.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol

import structlog
from aiokafka import TopicPartition

from hub.io.backoff import Backoff
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.reading import close_consumer, open_consumer
from hub.ports import Unavailable

LOOK_MS: Final = 200
"""Longest wait for records: so soon is a new connector read for, or one that has room again."""

LOOK_FOR_TOPICS_SECONDS: Final = 5.0
"""Between two looks for inboxes that do not exist yet."""

MAX_RECORDS: Final = 500
"""Most records of one look: beyond its room a reader is given no more than these."""

_log = structlog.get_logger("connectors")


class Reader(Protocol):
    """Whoever reads an inbox."""

    def offer(self, records: Sequence[Any]) -> None:
        """Take the next records, as the Kafka client gives them. Never refuses, never waits."""
        ...

    def has_room(self) -> bool:
        """Say whether more may be offered."""
        ...


class Subscription:
    """One reader's place in an inbox."""

    def __init__(self, topic: str, offset: int, reader: Reader) -> None:
        self.place = TopicPartition(topic, 0)
        self.next = offset
        """The next offset to read."""
        self.reached = offset
        """Where the consumer stands: behind the last record are a transaction's marks only."""
        self.end = 0
        """The end of the inbox, as last heard."""
        self.reader = reader


class Inboxes(Protocol):
    """Whoever reads inboxes for readers: `Feed`."""

    def add(self, subscription: Subscription) -> None:
        """Read for a reader from now on."""
        ...

    def remove(self, subscription: Subscription) -> None:
        """Read for it no longer; nothing is offered to it from now on."""
        ...


class Feed:
    """All inboxes of one process."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._strands: list[_Strand] = []

    def add(self, subscription: Subscription) -> None:
        """Read for a reader from now on."""
        for strand in self._strands:
            if subscription.place not in strand.readers:
                break
        else:
            strand = _Strand(self._connection)
            self._strands.append(strand)
            strand.start()
        strand.readers[subscription.place] = subscription
        strand.changed = True

    def remove(self, subscription: Subscription) -> None:
        """Read for it no longer; nothing is offered to it from now on."""
        for strand in self._strands:
            if strand.readers.get(subscription.place) is subscription:
                del strand.readers[subscription.place]
                strand.changed = True

    async def close(self) -> None:
        """Stop reading."""
        for strand in self._strands:
            await strand.stop()
        self._strands.clear()


class _Strand:
    """One consumer: of each inbox at most one reader."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._consumer: Any = None
        self._task: asyncio.Task[None] | None = None
        self._missing: set[TopicPartition] = set()
        self._full: set[TopicPartition] = set()
        self._moving: set[TopicPartition] = set()
        """Where the consumer's place is not known to be the end: few, however many are read."""
        self._looked = 0.0
        self.readers: dict[TopicPartition, Subscription] = {}
        self.changed = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="connectors-feed")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._close()

    async def _run(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._open()
                while True:
                    await self._step()
                    backoff.reset()
            except Unavailable as error:
                _log.warning("feed_unavailable", cause=str(error))
                await self._close()
                await backoff.wait(asyncio.Event())

    async def _open(self) -> None:
        self._consumer = await open_consumer(self._connection)
        self.changed = True

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await close_consumer(consumer)

    async def _step(self) -> None:
        waited = time.monotonic() - self._looked > LOOK_FOR_TOPICS_SECONDS
        if self.changed or (self._missing and waited):
            await self._assign()
        if not self._consumer.assignment():
            await asyncio.sleep(LOOK_MS / 1000)
            return
        self._resume()
        with broker_errors("reading inboxes"):
            found = await self._consumer.getmany(timeout_ms=LOOK_MS, max_records=MAX_RECORDS)
        for place, records in found.items():
            self._hand_over(place, records)
        await self._follow_ends()

    async def _assign(self) -> None:
        self.changed, self._looked = False, time.monotonic()
        wanted = dict(self.readers)
        with broker_errors("opening inboxes"):
            existing = await self._consumer.topics()
            places = [place for place in wanted if place.topic in existing]
            self._missing = wanted.keys() - set(places)
            self._consumer.assign(places)
            starts = await self._consumer.beginning_offsets(places) if places else {}
        for place in places:
            # A janitor deletes what is settled: what is before the start is settled by everybody.
            self._consumer.seek(place, max(starts[place], wanted[place].next))
        self._full.clear()
        self._moving &= set(places)
        for place in places:
            self._hold(place, wanted[place])

    def _resume(self) -> None:
        for place in list(self._full):
            one = self.readers.get(place)
            if one is None or one.reader.has_room():
                self._full.discard(place)
                self._consumer.resume(place)

    async def _follow_ends(self) -> None:
        for place in list(self._moving):
            one = self.readers.get(place)
            if one is None or self.changed:
                return
            one.reached = await self._consumer.position(place)
            if one.reached >= one.end:
                self._moving.discard(place)

    def _hand_over(self, place: TopicPartition, records: Sequence[Any]) -> None:
        subscription = self.readers.get(place)
        # One that came after this consumer was told where to read has another place to read from.
        fresh = [r for r in records if subscription is not None and r.offset >= subscription.next]
        if subscription is None or not fresh or self.changed:
            return
        subscription.next = fresh[-1].offset + 1
        subscription.end = max(self._consumer.highwater(place) or 0, subscription.next)
        subscription.reader.offer(fresh)
        self._moving.add(place)
        self._hold(place, subscription)

    def _hold(self, place: TopicPartition, subscription: Subscription) -> None:
        if not subscription.reader.has_room():
            self._full.add(place)
            self._consumer.pause(place)
