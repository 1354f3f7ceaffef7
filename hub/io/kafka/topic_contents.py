"""What the hub's topics hold, partition by partition."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiokafka import TopicPartition

from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.log_dirs import sizes
from hub.io.kafka.reading import consumer_for
from hub.io.kafka.topic_facts import TopicFacts, topic_facts, topic_settings

LOOK_SECONDS: Final = 20.0
_FETCH_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionContents:
    """One partition: the records from `first` to before `end`."""

    partition: int
    first: int
    end: int
    size: int | None
    """Bytes on disk, of all replicas together; None: no broker has told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicContents:
    """One topic: how safe it is, how long it keeps its records, and what it holds."""

    facts: TopicFacts
    settings: Mapping[str, str]
    partitions: tuple[PartitionContents, ...]


async def topic_contents(connection: KafkaConnection) -> tuple[TopicContents, ...]:
    """Return each of the hub's topics, by name.

    Raises:
        Refusing: this process may not ask.
        Unavailable: the broker does not answer.
    """
    facts = await topic_facts(connection)
    settings = await topic_settings(connection, (one.name for one in facts))
    places = [TopicPartition(one.name, number) for one in facts for number in range(one.partitions)]
    first, end = await ends(connection, places)
    with broker_errors("to a look at the brokers' disks"):
        async with open_admin(connection) as admin:
            taken = await sizes(admin)

    def contents(topic: str, number: int) -> PartitionContents:
        place = TopicPartition(topic, number)
        return PartitionContents(
            partition=number, first=first[place], end=end[place], size=taken.get(place)
        )

    return tuple(
        TopicContents(
            facts=one,
            settings=settings.get(one.name, {}),
            partitions=tuple(contents(one.name, number) for number in range(one.partitions)),
        )
        for one in facts
    )


async def ends(
    connection: KafkaConnection, places: Iterable[TopicPartition]
) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
    """Return where each partition begins, and where it ends.

    Raises:
        Unavailable: the broker does not answer.
    """
    wanted = list(places)
    if not wanted:
        return {}, {}
    doing = "to a look at the ends of partitions"
    async with consumer_for(connection, doing, fetch_bytes=_FETCH_BYTES) as consumer:
        async with asyncio.timeout(LOOK_SECONDS):
            consumer.assign(wanted)
            first = await consumer.beginning_offsets(wanted)
            return first, await consumer.end_offsets(wanted)
