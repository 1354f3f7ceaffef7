"""What connectors tell Prometheus. Labels are names of the rules and words of ours."""

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from hub.connectors.budget import Budget
from hub.connectors.status import Report, State

_COUNTS: Final = ("delivered", "failed", "waiting", "dead_letters", "lag_messages", "lag_seconds")


class ConnectorMetrics:
    """Gauges of one connectors process, taken from the reports."""

    def __init__(self, registry: CollectorRegistry, budget: Budget) -> None:
        held = Gauge(
            "hub_connectors_held_bytes",
            "deliveries of all connectors in memory, read ahead or parked",
            registry=registry,
        )
        held.set_function(lambda: budget.held)
        self._state = Gauge(
            "hub_connector_state",
            "1 for what it does now",
            ["connector", "state"],
            registry=registry,
        )
        self._counts = {
            name: Gauge(
                f"hub_connector_{name}",
                f"{name} of a connector, as in its report",
                ["connector"],
                registry=registry,
            )
            for name in _COUNTS
        }

    def heard(self, reports: Sequence[Report]) -> None:
        """Take the newest reports; a connector that is not among them is gone."""
        self._state.clear()
        for gauge in self._counts.values():
            gauge.clear()
        for report in reports:
            for state in State:
                self._state.labels(report.name, state.value).set(state is report.state)
            for name, gauge in self._counts.items():
                gauge.labels(report.name).set(getattr(report, name))
