"""The hub's topics: names, partitions, and how long each keeps its records."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import Final

INGRESS: Final = "hub.ingress"
SEEN: Final = "hub.seen"
AUDIT: Final = "hub.audit"
FANOUT: Final = "hub.fanout"
RETRY: Final = "hub.retry"
RULES: Final = "hub.rules"
QUARANTINE: Final = "hub.quarantine"
INDICATORS: Final = "hub.indicators"
INBOX_PREFIX: Final = "hub.inbox."
URGENT_SUFFIX: Final = ".urgent"
"""No system has a dot in its name: no other inbox ends so."""

DEFAULT_PARTITIONS: Final = 24
"""Partitions of ingress, seen, audit, fanout and retry. Fixed at `hub init`: processes scale,
partitions do not, because the source's partition is where its deduplication lives."""

ROUTER_GROUP: Final = "hub-router"
"""The consumer group whose committed offsets are the router's positions."""

RULES_COMPACTION_LAG: Final = timedelta(days=7)
"""Younger versions of the rules stand whole in `hub.rules`, so that a reader can check their hash.
Of older ones compaction forgets the entities that a later version replaced."""

_DAY_MS: Final = 86_400_000
_FOREVER: Final = {"retention.ms": "-1", "retention.bytes": "-1"}
_MONTH: Final = {"retention.ms": str(30 * _DAY_MS)}
_ARRIVAL_TIME: Final = {"message.timestamp.type": "LogAppendTime"}
_COMPACT: Final = {"cleanup.policy": "compact"}
_OFTEN: Final = {"segment.bytes": str(8 * 1024 * 1024), "min.cleanable.dirty.ratio": "0.2"}
"""Compaction passes over the newest segment: of a connector's positions only the last one counts,
and whoever starts reads them all."""
_LARGE: Final = {"max.message.bytes": str(2 * 1024 * 1024)}
"""A fan-out record holds a body and thousands of recipients; an ingress record body and headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as the control plane makes it."""

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict)
    any_partitions: bool = False
    """Whether one that exists with another number of partitions is as good."""


def hub_topics(partitions: int) -> tuple[Topic, ...]:
    """Return the hub's own topics; `partitions` is the number fixed at `hub init`."""
    window = {"cleanup.policy": "compact,delete", "retention.ms": str(31 * _DAY_MS)}
    whole = {"min.compaction.lag.ms": str(RULES_COMPACTION_LAG // timedelta(milliseconds=1))}
    year = {"retention.ms": str(365 * _DAY_MS)}
    return (
        Topic(name=INGRESS, partitions=partitions, config=_MONTH | _ARRIVAL_TIME | _LARGE),
        Topic(name=SEEN, partitions=partitions, config=window),
        # Time never deletes audit: its entries go once they stand in the log's entry bundles.
        Topic(name=AUDIT, partitions=partitions, config=_FOREVER | _LARGE),
        Topic(name=FANOUT, partitions=partitions, config=_MONTH | _LARGE),
        Topic(name=RETRY, partitions=partitions, config=_COMPACT | _LARGE | _OFTEN),
        Topic(name=RULES, partitions=1, config=_COMPACT | _LARGE | whole),
        Topic(name=QUARANTINE, partitions=1, config=year | _LARGE),
        Topic(name=INDICATORS, partitions=1, config=_COMPACT),
    )


def inbox(system: str) -> str:
    """Return the topic of a system's inbox."""
    return INBOX_PREFIX + system


def urgent_inbox(system: str) -> str:
    """Return the topic in which what is urgent for a system does not stand behind the rest."""
    return inbox(system) + URGENT_SUFFIX


def owner_of(topic: str) -> str:
    """Return the system whose inbox this is, urgent or not."""
    return topic.removeprefix(INBOX_PREFIX).removesuffix(URGENT_SUFFIX)


def outbox(system: str) -> str:
    """Return the topic on which a system that speaks Kafka hands in its messages."""
    return f"hub.in.{system}"


def inbox_topic(system: str) -> Topic:
    """Return the inbox of a system: one partition, so that its order is one order.

    A janitor deletes settled records; time never does.
    """
    return Topic(name=inbox(system), partitions=1, config=_FOREVER | _ARRIVAL_TIME | _LARGE)


def inbox_topics(system: str) -> tuple[Topic, Topic]:
    """Return the inbox of a system and the one for what is urgent, which is kept alike."""
    plain = inbox_topic(system)
    return plain, replace(plain, name=urgent_inbox(system))


def outbox_topic(system: str) -> Topic:
    """Return the topic on which a system hands in.

    Kept as long as ids are known: what waited longer would be refused as too old anyway. Time
    counts from the arrival, so that no clock of a sender makes a record go early or stay.
    """
    # The bridge reads however many there are: an operator may add some for a busy system.
    return Topic(
        name=outbox(system), partitions=1, config=_MONTH | _ARRIVAL_TIME, any_partitions=True
    )


@lru_cache(maxsize=8192)  # More than a province's systems; a router asks twice for each message.
def partition_of(source: str, partitions: int) -> int:
    """Return the ingress partition of a source system: the same in every process and version."""
    return int.from_bytes(hashlib.sha256(source.encode()).digest()[:8]) % partitions
