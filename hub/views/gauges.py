"""Gauges of the indicators. Labels: levels of government, states, names of connectors."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf

from prometheus_client import CollectorRegistry, Gauge

from hub.decision.states import State
from hub.indicators.deadlines import Horizon, What
from hub.io.sql.views_reading import Row


class Gauges:
    """What Prometheus reads of what SQL holds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.share = Gauge(
            "hub_indicator_share",
            "Share of a month's dossiers or ratings: late, online, satisfied",
            ["what", "level"],
            registry=registry,
        )
        self.oldest = Gauge(
            "hub_oldest_undelivered_seconds",
            "Age of the oldest delivery that nobody has finished; 0 when none waits",
            registry=registry,
        )
        self.waiting = Gauge(
            "hub_waiting_deliveries", "Deliveries not finished", ["state"], registry=registry
        )
        self.overdue = Gauge(
            "hub_overdue_dossiers", "Open dossiers past their limit", registry=registry
        )
        self._due = Gauge(
            "hub_deadlines",
            "What is due within so many days; 0: past its limit",
            ["what", "days"],
            registry=registry,
        )
        self._silent = Gauge(
            "hub_connector_heartbeat_age_seconds",
            "Since the last report of a connector that is to run; infinite: there was none",
            ["connector"],
            registry=registry,
        )

    def waits(self, rows: Sequence[Row], now: datetime) -> None:
        """Set what waits."""
        since = min((row["since"] for row in rows), default=now)
        self.oldest.set((now - since).total_seconds())
        for state in State:
            n = sum(row["n"] for row in rows if row["state"] == state.value)
            self.waiting.labels(state.value).set(n)

    def heard(self, rows: Iterable[Row], now: datetime) -> None:
        """Set since when connectors are silent; one that is gone or not to run is none."""
        self._silent.clear()
        for row in rows:
            if row["wanted"] == "running":
                age = inf if row["at"] is None else (now - row["at"]).total_seconds()
                self._silent.labels(row["connector"]).set(age)

    def due(self, horizons: Iterable[Horizon]) -> None:
        """Set what is due, by what it is and how soon."""
        for horizon in horizons:
            for what in What:
                n = horizon.counts.get(what.value, 0)
                self._due.labels(what.value, str(horizon.days)).set(n)

    def shares(self, what: str, levels: Sequence[Row]) -> None:
        """Set the shares by level."""
        for row in levels:
            if row["share"] is not None:
                self.share.labels(what, row["level"]).set(row["share"])
