"""What the router counts. Labels are the hub's own words, never a sender's text."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hub.decision.events import Decision, Followed
from hub.io.kafka.router_records import Held, Outcome, Resumed

_SECONDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class RouterMetrics:
    """Counters of one router."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._decisions = Counter(
            "hub_router_decisions", "Decided messages", ["outcome", "reason"], registry=registry
        )
        self._seconds = Histogram(
            "hub_router_decision_seconds",
            "From admission to the committed decision, the slowest of each transaction",
            buckets=_SECONDS,
            registry=registry,
        )
        self.waiting = Gauge(
            "hub_router_waiting_deliveries",
            "Deliveries whose inbox is away (hub.retry)",
            registry=registry,
        )

    def committed(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Count the outcomes of one committed transaction."""
        for (outcome, reason), count in Tally(map(_labels, outcomes)).items():
            self._decisions.labels(outcome, reason).inc(count)
        received = [
            outcome.received.stamp.received_at
            for outcome in outcomes
            if isinstance(outcome, Decision) and outcome.received.stamp is not None
        ]
        if received:
            self._seconds.observe(max(0.0, (now - min(received)).total_seconds()))


def _labels(outcome: Outcome) -> tuple[str, str]:
    if isinstance(outcome, Held):
        return "held", ""
    if isinstance(outcome, Resumed):
        return "resumed", ""
    if isinstance(outcome, Followed):
        return "order", outcome.entries[-1].event.event.value if outcome.entries else ""
    event = outcome.entries[0].event
    return event.event.value, event.reason or ""
