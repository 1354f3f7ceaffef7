"""What the views process counts. Labels are the hub's own words, never a sender's text."""

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from hub.indicators.buckets import BOUNDS_MS, OVER
from hub.indicators.cells import Cell, Count, Measure
from hub.io.sql.views_rebuild import Rebuild

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


_UNPROVED: Final = frozenset({Measure.REFUSED, Measure.REPEATED})
"""Measures of messages that may name a system or a type which does not exist."""


class Delays(Collector):
    """From admission to the recipient's first word, in the buckets of the indicators."""

    NAME: Final = "hub_delivery_seconds"
    MEANING: Final = "From admission to the recipient's first word"

    def __init__(self, registry: CollectorRegistry) -> None:
        self._buckets: Tally[str] = Tally()
        self._ms = 0
        registry.register(self)

    def add(self, bucket: str, n: int, ms: int) -> None:
        """Add `n` delays of one bucket, which are `ms` milliseconds together."""
        self._buckets[bucket] += n
        self._ms += ms

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Return the histogram: each bucket holds all that is not longer."""
        told, seen = list[tuple[str, float]](), 0
        for bound in BOUNDS_MS:
            seen += self._buckets[str(bound)]
            told.append((str(bound / 1_000), seen))
        told.append(("+Inf", seen + self._buckets[OVER]))
        family = HistogramMetricFamily(self.NAME, self.MEANING)
        family.add_metric([], told, self._ms / 1_000)
        yield family


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
        self._messages = Counter(
            "hub_messages",
            "What became of messages, by type; of refusals the label is the reason",
            ["measure", "type", "label"],
            registry=registry,
        )
        self._systems = Counter(
            "hub_system_messages",
            "Of a sender: sent. Of a recipient: addressed, ended, stopped. Admitted messages only",
            ["measure", "system"],
            registry=registry,
        )
        self._delays = Delays(registry)

    def added(self, counts: Mapping[tuple[int, Cell], Count]) -> None:
        """Count what one committed batch has added."""
        for (_, cell), count in counts.items():
            if cell.measure is Measure.DELAY:
                self._delays.add(cell.label, count.n, count.amount)
                continue
            told = cell.measure.value
            # Names in a refused message are anybody's text: they would make series without end.
            admitted = cell.measure not in _UNPROVED
            self._messages.labels(told, cell.type if admitted else "", cell.label).inc(count.n)
            if admitted:
                self._systems.labels(told, cell.system).inc(count.n)

    def lag(self, messages: int, last: datetime | None, now: datetime) -> None:
        """Set how far behind the views are; `last`: when the last added record was written."""
        self.lag_messages.set(messages)
        self.lag_seconds.set(lag_seconds(messages, last, now))

    def rebuild(self, found: Rebuild | None) -> None:
        """Set how far a rebuild is: while the goal is not 0, figures are too small."""
        self.rebuild_done.set(0 if found is None else found.done)
        self.rebuild_goal.set(0 if found is None else found.of)


class WatchMetrics:
    """Counters of one process' alerting: who watches the watcher looks at these."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.rounds = Counter(
            "hub_alert_rounds", "Rounds in which all rules were looked at", registry=registry
        )
        self.notices = Counter(
            "hub_notices",
            "Attempts to tell of an alert, by kind of channel: told, failed",
            ["kind", "outcome"],
            registry=registry,
        )
        self.beats = Counter(
            "hub_heartbeats",
            "Calls of the dead-man switch: told, failed",
            ["outcome"],
            registry=registry,
        )


def lag_seconds(messages: int, last: datetime | None, now: datetime) -> float:
    """Return the age of what was added last while others wait."""
    return max(0.0, (now - last).total_seconds()) if messages and last is not None else 0.0
