"""Gauges about what is around the API: readers' lags, Kafka's partitions, the rules, the disk."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from hub.indicators.expiry import ending
from hub.io.disk import MIN_FREE_BYTES
from hub.io.kafka.lag import GroupLag
from hub.io.kafka.topic_facts import TopicFacts
from hub.io.sql.certificate_queries import InUse
from hub.signing.judgement import Status


class Surroundings:
    """Gauges that are set when somebody asks. What could not be asked is absent, never 0."""

    def __init__(self, registry: CollectorRegistry) -> None:
        group = ["group"]
        self._messages = Gauge(
            "hub_lag_messages", "Records that a reader has not done", group, registry=registry
        )
        self._seconds = Gauge(
            "hub_lag_seconds",
            "Age of the oldest record that a reader has not done; 0 when none waits",
            group,
            registry=registry,
        )
        self._stuck = Gauge(
            "hub_lag_stuck",
            "1: the reader is behind and has not moved for a minute",
            group,
            registry=registry,
        )
        self._partitions = Gauge(
            "hub_kafka_partitions",
            "Partitions of the hub's topics: all, under_replicated, offline",
            ["state"],
            registry=registry,
        )
        self._kafka = Gauge("hub_kafka_answers", "1: the brokers answer the API", registry=registry)
        self._rules = Gauge("hub_rules_version", "Version of the rules", registry=registry)
        self._heard = Gauge(
            "hub_rules_heartbeat_age_seconds",
            "Since the control plane was heard of on hub.rules",
            registry=registry,
        )
        self._free = Gauge(
            "hub_disk_free_bytes", "Free space where the hub's home is", registry=registry
        )
        self._certificates = Gauge(
            "hub_certificates",
            "Certificates on which keys count, by what their last check found",
            ["status"],
            registry=registry,
        )
        self._ending = Gauge(
            "hub_certificates_ending",
            "Certificates of keys that end within so many days; 0: that have ended",
            ["days"],
            registry=registry,
        )
        least = Gauge("hub_disk_least_bytes", "Below this nothing new is taken", registry=registry)
        least.set(MIN_FREE_BYTES)

    def set(self, *, kafka: bool, rules: int, heard: float, free: int) -> None:
        """Set what needs nobody else. `heard`: seconds since the control plane was heard of."""
        self._kafka.set(kafka)
        self._rules.set(rules)
        self._heard.set(heard)
        self._free.set(free)

    def lags(self, groups: Iterable[GroupLag]) -> None:
        """Set how far readers are behind. None given: it could not be asked."""
        for gauge in (self._messages, self._seconds, self._stuck):
            gauge.clear()
        for one in groups:
            if one.messages is None or one.seconds is None:
                continue
            self._messages.labels(one.group).set(one.messages)
            self._seconds.labels(one.group).set(one.seconds)
            self._stuck.labels(one.group).set(one.stuck)

    def certificates(self, found: Sequence[InUse] | None, now: datetime) -> None:
        """Set how certificates of keys are. None: it could not be asked."""
        self._certificates.clear()
        self._ending.clear()
        if found is None:
            return
        for status in Status:
            self._certificates.labels(status).set(sum(one.status == status for one in found))
        for days, count in ending((one.until for one in found), now).items():
            self._ending.labels(str(days)).set(count)

    def topics(self, topics: Iterable[TopicFacts]) -> None:
        """Set how partitions are. None given: it could not be asked."""
        self._partitions.clear()
        found = tuple(topics)
        if not found:
            return
        counts: dict[str, Callable[[TopicFacts], int]] = {
            "all": lambda one: one.partitions,
            "under_replicated": lambda one: one.under_replicated,
            "offline": lambda one: one.offline,
        }
        for state, count in counts.items():
            self._partitions.labels(state).set(sum(map(count, found)))
