"""How far the hub's readers are behind, in messages and in seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka import bridge_bus, fanout_bus
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.kept_consumer import KeptConsumer
from hub.io.kafka.positions import read_positions
from hub.io.kafka.topics import AUDIT, FANOUT, INGRESS, ROUTER_GROUP, outbox

RECORDER: Final = "recorder"
"""It keeps its positions in SQL, so it is no consumer group; it is behind like one."""
STUCK_SECONDS: Final = 60.0
"""Behind and unmoved for so long: not slow, but standing."""
REMEMBERED_SECONDS: Final = 5.0
"""Who asks again sooner is told the same: many consoles are one question to the broker."""
LOOK_SECONDS: Final = 10.0
_FETCH_BYTES: Final = 16 * 1024
"""Of each partition only the first record is wanted."""

Places = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLag:
    """A partition that its reader has not read to the end."""

    topic: str
    partition: int
    end: int
    committed: int
    messages: int
    """At most: marks of transactions take offsets too."""
    seconds: float
    """Age of the first record not yet done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLag:
    """A reader. `messages` is None where it could not be asked."""

    group: str
    messages: int | None
    seconds: float | None
    stuck: bool = False
    partitions: tuple[PartitionLag, ...] = ()


class Lags:
    """Looks when somebody asks, with one consumer that stays open."""

    def __init__(
        self,
        connection: KafkaConnection,
        recorded: Callable[[], Awaitable[Mapping[int, int]]],
        writers: Callable[[], Iterable[str]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`recorded`: the recorder's positions; `writers`: systems with a topic of their own."""
        self._connection = connection
        self._recorded, self._writers, self._clock = recorded, writers, clock
        self._one = asyncio.Lock()
        self._kept = KeptConsumer(connection, fetch_bytes=_FETCH_BYTES)
        self._known: tuple[float, tuple[GroupLag, ...]] | None = None
        self._moved: dict[tuple[str, TopicPartition], tuple[int, float]] = {}

    async def read(self) -> tuple[GroupLag, ...]:
        """Return each reader's lag.

        Raises:
            Unavailable: Kafka or SQL does not answer.
        """
        async with self._one:
            if self._known is None or self._clock() - self._known[0] > REMEMBERED_SECONDS:
                with broker_errors("to a look at lags"):
                    async with asyncio.timeout(LOOK_SECONDS):
                        found = await self._look()
                self._known = (self._clock(), found)
            return self._known[1]

    async def stop(self) -> None:
        """Disconnect."""
        await self._kept.close()

    async def _look(self) -> tuple[GroupLag, ...]:
        async with self._kept.lent() as consumer:
            groups = await self._groups(consumer)
            found = [await self._group(consumer, name, places) for name, places in groups.items()]
            return tuple(found)

    async def _groups(self, consumer: Any) -> dict[str, list[TopicPartition]]:
        existing = await consumer.topics()
        read = {
            ROUTER_GROUP: [INGRESS],
            fanout_bus.GROUP: [FANOUT],
            bridge_bus.GROUP: [outbox(name) for name in self._writers()],
            RECORDER: [AUDIT],
        }
        firsts = [TopicPartition(topic, 0) for topics in read.values() for topic in topics]
        firsts = [place for place in firsts if place.topic in existing]
        consumer.assign(firsts)
        await consumer.beginning_offsets(firsts)  # Loads the metadata of the topics.
        return {
            group: [
                TopicPartition(topic, number)
                for topic in topics
                if topic in existing
                for number in sorted(consumer.partitions_for_topic(topic) or ())
            ]
            for group, topics in read.items()
        }

    async def _group(self, consumer: Any, name: str, places: list[TopicPartition]) -> GroupLag:
        behind = await self._behind(consumer, name, places) if places else []
        looked = [await self._partition(consumer, *one) for one in behind]
        found = tuple([one for one in looked if one])
        standing = [self._stands(name, one) for one in found]
        return GroupLag(
            group=name,
            messages=sum(one.messages for one in found),
            seconds=max((one.seconds for one in found), default=0.0),
            stuck=True in standing,
            partitions=found,
        )

    async def _behind(
        self, consumer: Any, name: str, places: list[TopicPartition]
    ) -> list[tuple[TopicPartition, int, int]]:
        committed = await self._committed(name, places)
        first = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        found = [
            (place, max(committed.get(place, 0), first[place]), ends[place]) for place in places
        ]
        return [(place, start, end) for place, start, end in found if start < end]

    async def _committed(self, name: str, places: list[TopicPartition]) -> Places:
        if name == RECORDER:
            return {
                TopicPartition(AUDIT, number): offset
                for number, offset in (await self._recorded()).items()
            }
        positions = await read_positions(self._connection, name, places)
        return {place: position.offset for place, position in positions.items()}

    async def _partition(
        self, consumer: Any, place: TopicPartition, start: int, end: int
    ) -> PartitionLag | None:
        """Return the lag; None: behind the last record stand only a transaction's marks."""
        consumer.assign([place])
        consumer.seek(place, start)
        while await consumer.position(place) < end:
            batch = await consumer.getmany(place, timeout_ms=100, max_records=1)
            for record in batch.get(place, ()):
                return PartitionLag(
                    topic=place.topic,
                    partition=place.partition,
                    end=end,
                    committed=start,
                    messages=end - record.offset,
                    seconds=max(0.0, self._clock() - record.timestamp / 1000),
                )
        return None

    def _stands(self, name: str, one: PartitionLag) -> bool:
        key = (name, TopicPartition(one.topic, one.partition))
        now = self._clock()
        offset, since = self._moved.get(key, (-1, now))
        if offset != one.committed:
            self._moved[key] = (one.committed, now)
            return False
        return now - since >= STUCK_SECONDS
