"""What the router counts. Labels are the hub's own words, never a sender's text."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hub.decision.events import Decision
from hub.io.kafka.router_records import Held, Outcome

_SECONDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class RouterMetrics:
    """Counters of one router."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._decisions = Counter(
            "hub_router_decisions", "Decided messages", ["outcome", "reason"], registry=registry
        )
        self._seconds = Histogram(
            "hub_router_decision_seconds",
            "From admission to the committed decision",
            buckets=_SECONDS,
            registry=registry,
        )
        self.waiting = Gauge(
            "hub_router_waiting_deliveries",
            "Deliveries whose inbox is away (hub.retry)",
            registry=registry,
        )

    def decided(self, outcome: Outcome, now: datetime) -> None:
        """Count one committed outcome."""
        if not isinstance(outcome, Decision):
            self._decisions.labels("held" if isinstance(outcome, Held) else "resumed", "").inc()
            return
        event = outcome.entries[0].event
        self._decisions.labels(event.event.value, event.reason or "").inc()
        stamp = outcome.received.stamp
        if stamp is not None:
            self._seconds.observe(max(0.0, (now - stamp.received_at).total_seconds()))
