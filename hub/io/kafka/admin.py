"""Make topics and delete records: what only the control plane and the janitor do."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from hub.io.kafka.connection import KafkaConnection, broker_errors, whole
from hub.io.kafka.topics import INBOX_PREFIX, Topic, inbox_topics, owner_of
from hub.ports import Refusing

_AT_ONCE: Final = 100
"""Topics in one request: the controller makes each one's log before it answers."""

_TIMEOUT_MS: Final = 60_000
"""How long the controller may take for one request."""

_LISTED_SECONDS: Final = 20.0
"""How long a broker may lag behind its controller: a fifth of a second was seen under load."""

_LOOK_SECONDS: Final = 0.05

_QUORUM: Final = 3
"""From this many replicas on, a write counts once two of them have it (invariant 1)."""


async def ensure_topics(connection: KafkaConnection, topics: Iterable[Topic]) -> None:
    """Make the topics that do not exist yet. Safe to repeat; returns once all of them exist.

    Raises:
        Refusing: one exists with another number of partitions, or may not be made.
        Unavailable: the broker does not answer; some may have been made.
    """
    wanted = {topic.name: topic for topic in topics}
    with broker_errors("making topics"):
        async with open_admin(connection) as admin:
            known = await _partitions(admin, wanted)
            _refuse_other_layout(wanted, known)
            missing = [topic for name, topic in wanted.items() if name not in known]
            for start in range(0, len(missing), _AT_ONCE):
                await _create(admin, connection, missing[start : start + _AT_ONCE])
            await await_listed(admin, [topic.name for topic in missing])


async def complete_inboxes(connection: KafkaConnection) -> None:
    """Make the inbox for urgent messages where a system has the other one only. Safe to repeat.

    Raises:
        Refusing: one may not be made.
        Unavailable: the broker does not answer; some may have been made.
    """
    with broker_errors("looking for inboxes"):
        async with open_admin(connection) as admin:
            known = {one for one in await admin.list_topics() if one.startswith(INBOX_PREFIX)}
    owners = sorted({owner_of(topic) for topic in known})
    lacking = [one for name in owners for one in inbox_topics(name) if one.name not in known]
    if lacking:
        await ensure_topics(connection, lacking)


async def delete_records(
    connection: KafkaConnection, topic: str, partition: int, before_offset: int
) -> None:
    """Delete the records of a partition that stand before an offset. Safe to repeat.

    Raises:
        Refusing: this process may not.
        Unavailable: the broker does not answer.
    """
    place = TopicPartition(topic, partition)
    with broker_errors("deleting records"):
        async with open_admin(connection) as admin:
            await admin.delete_records({place: RecordsToDelete(before_offset)})


@asynccontextmanager
async def open_admin(
    connection: KafkaConnection, *, timeout_ms: int = _TIMEOUT_MS
) -> AsyncIterator[Any]:
    """Give a client that makes and describes topics; its errors are the library's own."""
    admin = AIOKafkaAdminClient(**connection.options(), request_timeout_ms=timeout_ms)
    try:
        await whole(admin.start())
        yield admin
    finally:
        await admin.close()


async def await_listed(admin: Any, names: Iterable[str]) -> None:
    """Return once a broker tells of these topics; the controller that made them is ahead of it.

    Raises:
        KafkaError: they were made, but the broker does not tell of them.
    """
    wanted, until = set(names), time.monotonic() + _LISTED_SECONDS
    while wanted and (unseen := wanted.difference(await admin.list_topics())):
        if time.monotonic() > until:
            failure: KafkaError = UnknownTopicOrPartitionError(f"{len(unseen)} new topics")
            raise failure
        await asyncio.sleep(_LOOK_SECONDS)


async def _partitions(admin: Any, wanted: Mapping[str, Topic]) -> dict[str, int]:
    """Return the number of partitions of each wanted topic that exists."""
    # Asking for a topic by name may make it where auto-create is on: list, then look.
    existing = [name for name in await admin.list_topics() if name in wanted]
    described = await admin.describe_topics(existing) if existing else []
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


def _refuse_other_layout(wanted: Mapping[str, Topic], known: Mapping[str, int]) -> None:
    for name, partitions in known.items():
        if partitions != wanted[name].partitions and not wanted[name].any_partitions:
            # The partition of a source is where its deduplication lives: it must never move.
            raise Refusing(
                f"topic {name} has {partitions} partitions, this hub has "
                f"{wanted[name].partitions}: another hub's broker?",
                frozenset([name]),
            )


async def _create(admin: Any, connection: KafkaConnection, topics: Sequence[Topic]) -> None:
    answer = await admin.create_topics([_new(connection, topic) for topic in topics])
    for name, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code == 0 or error is TopicAlreadyExistsError:
            continue
        failure: KafkaError = error(f"topic {name}")
        raise failure


def _new(connection: KafkaConnection, topic: Topic) -> NewTopic:
    durable = {"min.insync.replicas": "2"} if connection.replication >= _QUORUM else {}
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=connection.replication,
        topic_configs=topic.config | durable,
    )
