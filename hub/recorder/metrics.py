"""What the recorder counts. Labels are the hub's own words, never a sender's text."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hub.decision.rows import UNREADABLE, AuditRecord

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class RecorderMetrics:
    """Counters of one recorder."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Counter(
            "hub_recorder_events", "Recorded audit events", ["event"], registry=registry
        )
        self.lag_messages = Gauge(
            "hub_recorder_lag_messages", "Audit events not recorded yet", registry=registry
        )
        self.lag_seconds = Gauge(
            "hub_recorder_lag_seconds",
            "Age of the last recorded event while others wait; 0 when none does",
            registry=registry,
        )
        self.batch_seconds = Histogram(
            "hub_recorder_batch_seconds",
            "Time of one SQL transaction",
            buckets=_SECONDS,
            registry=registry,
        )
        self.missing = Gauge(
            "hub_recorder_missing_records",
            "Audit events that were deleted from Kafka before this process could record them",
            registry=registry,
        )

    def recorded(self, records: Iterable[AuditRecord]) -> None:
        """Count events that are durable in SQL."""
        for record in records:
            event = UNREADABLE if record.event is None else record.event.event.value
            self._events.labels(event).inc()

    def lag(self, messages: int, last: datetime, now: datetime) -> None:
        """Set how far behind the recorder is; `last`: when its last record was written."""
        self.lag_messages.set(messages)
        self.lag_seconds.set(max(0.0, (now - last).total_seconds()) if messages else 0.0)
