"""What the views process counts. Labels are the hub's own words, never a sender's text."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hub.io.sql.views_rebuild import Rebuild

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class ViewsMetrics:
    """Counters of one views process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter("hub_views_events", "Audit events added up", registry=registry)
        self.lag_messages = Gauge(
            "hub_views_lag_messages", "Audit events not added up yet", registry=registry
        )
        self.lag_seconds = Gauge(
            "hub_views_lag_seconds",
            "Age of the last added event while others wait; 0 when none does",
            registry=registry,
        )
        self.rebuild_done = Gauge(
            "hub_views_rebuild_done", "Audit offsets read again by a rebuild", registry=registry
        )
        self.rebuild_goal = Gauge(
            "hub_views_rebuild_goal",
            "Audit offsets that a rebuild has to read; 0 when the figures are whole",
            registry=registry,
        )
        self.batch_seconds = Histogram(
            "hub_views_batch_seconds",
            "Time of one SQL transaction",
            buckets=_SECONDS,
            registry=registry,
        )

    def lag(self, messages: int, last: datetime | None, now: datetime) -> None:
        """Set how far behind the views are; `last`: when the last added record was written."""
        self.lag_messages.set(messages)
        self.lag_seconds.set(lag_seconds(messages, last, now))

    def rebuild(self, found: Rebuild | None) -> None:
        """Set how far a rebuild is: while the goal is not 0, figures are too small."""
        self.rebuild_done.set(0 if found is None else found.done)
        self.rebuild_goal.set(0 if found is None else found.of)


def lag_seconds(messages: int, last: datetime | None, now: datetime) -> float:
    """Return the age of what was added last while others wait."""
    return max(0.0, (now - last).total_seconds()) if messages and last is not None else 0.0
