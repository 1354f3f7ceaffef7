"""Kafka's own consumer groups: who is in them, how far they are, and moving one that is empty."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, UnknownMemberIdError

from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection, broker_errors, whole
from hub.io.kafka.reading import close_consumer, consumer_for
from hub.io.kafka.topic_contents import ends
from hub.io.kafka.topics import INBOX_PREFIX
from hub.ports import Refusing

OURS: Final = "hub-"
"""How the names of the hub's own groups begin."""
EMPTY: Final = frozenset({"Empty", "Dead"})
"""States without a member (Kafka protocol, DescribeGroups)."""
LOOK_SECONDS: Final = 20.0


@unique
class Barrier(StrEnum):
    """Why a group's position is not moved by hand."""

    TRANSACTION = "transaction"
    """Invariants 1 and 2: the hub's own positions move only with what was done, in one
    transaction. Moved back, a message would be decided twice; moved on, one would be lost."""
    NO_INBOX = "no_inbox"
    """It reads something else than inboxes: what its owner does with it is not known here."""
    MEMBERS = "members"
    """Somebody reads in it now: he would go on from where he was, and the move would be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who reads in a group."""

    client: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """How far a group is in one partition."""

    topic: str
    partition: int
    offset: int
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A consumer group as the brokers have it."""

    name: str
    state: str
    members: tuple[Member, ...]
    committed: tuple[Committed, ...]

    @property
    def barrier(self) -> Barrier | None:
        """Return why its position is not moved by hand; None: it may be."""
        if self.name.startswith(OURS):
            return Barrier.TRANSACTION
        if not all(one.topic.startswith(INBOX_PREFIX) for one in self.committed):
            return Barrier.NO_INBOX
        if not self.committed:
            return Barrier.NO_INBOX
        return Barrier.MEMBERS if self.members or self.state not in EMPTY else None


class Groups:
    """Kafka's consumer groups over one connection."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection

    async def read(self) -> tuple[Group, ...]:
        """Do what `read_groups` does."""
        return await read_groups(self._connection)

    async def offset_at(self, place: TopicPartition, at: datetime) -> int | None:
        """Do what `offset_at` does."""
        return await offset_at(self._connection, place, at)

    async def move(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Do what `move_group` does."""
        await move_group(self._connection, group, offsets)


async def read_groups(connection: KafkaConnection) -> tuple[Group, ...]:
    """Return the groups that the brokers know, by name.

    Raises:
        Refusing: this process may not ask.
        Unavailable: the broker does not answer.
    """
    with broker_errors("to a look at consumer groups"):
        async with asyncio.timeout(LOOK_SECONDS), open_admin(connection) as admin:
            names = sorted({name for name, _ in await admin.list_consumer_groups()})
            # One by one: aiokafka 0.14 reads a newer answer about several groups as an older one.
            told = [one for name in names for one in await admin.describe_consumer_groups([name])]
            offsets = {name: await admin.list_consumer_group_offsets(name) for name in names}
    places = {place for found in offsets.values() for place in found}
    first, end = await ends(connection, sorted(places))
    described = {one[1]: one for answer in told for one in answer.groups}
    return tuple(
        Group(
            name=name,
            state=described[name][2],
            members=tuple(map(_member, described[name][5])),
            committed=tuple(_committed(offsets[name], first, end)),
        )
        for name in names
        if name in described
    )


def _member(told: Any) -> Member:
    _, client, host, *_ = told  # Kafka protocol, DescribeGroups
    return Member(client=client, host=host.removeprefix("/"))


def _committed(
    offsets: Mapping[TopicPartition, Any],
    first: Mapping[TopicPartition, int],
    end: Mapping[TopicPartition, int],
) -> Iterator[Committed]:
    for place, entry in sorted(offsets.items()):
        if entry.offset >= 0 and place in end:
            yield Committed(
                topic=place.topic,
                partition=place.partition,
                offset=entry.offset,
                first=first[place],
                end=end[place],
            )


async def offset_at(connection: KafkaConnection, place: TopicPartition, at: datetime) -> int | None:
    """Return the first offset that was written at this time or later; None: there is none.

    Raises:
        Unavailable: the broker does not answer.
    """
    async with consumer_for(connection, "to a look for a time") as consumer:
        consumer.assign([place])
        found = await consumer.offsets_for_times({place: int(at.timestamp() * 1000)})
    return None if found.get(place) is None else int(found[place].offset)


async def move_group(
    connection: KafkaConnection, group: str, offsets: Mapping[TopicPartition, int]
) -> None:
    """Let an empty group go on from these offsets. Safe to repeat.

    The broker itself refuses a commit from outside of a group that somebody has joined meanwhile.

    Raises:
        Refusing: somebody is in it, or this process may not.
        Unavailable: the broker does not answer.
    """
    consumer = AIOKafkaConsumer(
        **connection.options(),
        group_id=group,
        enable_auto_commit=False,
        isolation_level="read_committed",  # Invariant 2, though it reads nothing.
    )
    try:
        with broker_errors("moving a group"):
            await whole(consumer.start())
            consumer.assign(list(offsets))
            await _commit(consumer, group, offsets)
    finally:
        await close_consumer(consumer)


async def _commit(consumer: Any, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    try:
        await consumer.commit(dict(offsets))
    except (CommitFailedError, UnknownMemberIdError) as error:
        raise Refusing(f"somebody reads in the group {group} now") from error
