"""Facts about the hub's topics: partitions and replicas, and how long each keeps its records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection, broker_errors

PREFIX: Final = "hub."
"""How the names of the hub's topics begin."""
KEPT: Final = (
    *("cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas"),
    *("max.message.bytes", "segment.bytes", "message.timestamp.type"),
)
"""Settings that say how safe records are, and how long they stay."""
NO_LEADER: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFacts:
    """One topic as the brokers have it."""

    name: str
    partitions: int
    replicas: int
    """Of the partition that has the fewest."""
    under_replicated: int
    """Partitions of which a replica is not up to date: one more broker lost may lose them."""
    offline: int
    """Partitions without a leader: nobody reads or writes them."""


async def topic_facts(connection: KafkaConnection) -> tuple[TopicFacts, ...]:
    """Return the facts of each of the hub's topics, by name.

    Raises:
        Refusing: this process may not ask.
        Unavailable: the broker does not answer.
    """
    with broker_errors("to a look at topics"):
        async with open_admin(connection) as admin:
            # All of them, then a look at the names: asking for one by name may make it.
            described = await admin.describe_topics()
    found = (topic for topic in described if topic["topic"].startswith(PREFIX))
    return tuple(sorted((facts_of(topic) for topic in found), key=lambda one: one.name))


async def topic_settings(
    connection: KafkaConnection, topics: Iterable[str]
) -> Mapping[str, Mapping[str, str]]:
    """Return how long each of these topics keeps its records, and how safely.

    Raises:
        Refusing: this process may not ask.
        Unavailable: the broker does not answer.
    """
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(KEPT)) for name in topics]
    with broker_errors("to a look at the settings of topics"):
        async with open_admin(connection) as admin:
            answers = await admin.describe_configs(asked) if asked else []
    return dict(_settings(answers))


def facts_of(topic: Mapping[str, Any]) -> TopicFacts:
    """Return the facts of a topic from what the brokers tell of it (Kafka protocol, Metadata)."""
    parts = topic["partitions"]
    return TopicFacts(
        name=topic["topic"],
        partitions=len(parts),
        replicas=min((len(part["replicas"]) for part in parts), default=0),
        under_replicated=sum(len(part["isr"]) < len(part["replicas"]) for part in parts),
        offline=sum(part["leader"] == NO_LEADER for part in parts),
    )


def _settings(answers: Iterable[Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for answer in answers:
        # A resource is (error code, error text, kind, name, its settings); one of these begins
        # with name and value (Kafka protocol, DescribeConfigs).
        for _code, _text, _kind, name, found in answer.resources:
            yield name, {one[0]: one[1] for one in found}
