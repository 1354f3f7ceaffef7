"""What connectors tell Prometheus. Labels are names of the rules and words of ours."""

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from hub.connectors.budget import Budget
from hub.connectors.status import Report, State

_COUNTS: Final = {
    "delivered": "Deliveries taken, or messages handed in, since it was started",
    "failed": "Attempts or reads that failed, since it was started",
    "waiting": "Deliveries that it holds, without the dead letters",
    "parked": "Of those: tried again later, or behind such a one",
    "dead_letters": "Deliveries that wait for an operator",
    "lag_messages": "Records of the inbox that are not settled",
    "lag_seconds": "Age of the oldest delivery that waits for no operator",
    "breaker_open": "1: the other side does not answer and is probed less and less often",
}


class ConnectorMetrics:
    """Gauges of one connectors process, taken from the reports."""

    def __init__(self, registry: CollectorRegistry, budget: Budget) -> None:
        held = Gauge(
            "hub_connectors_held_bytes",
            "Bytes of the deliveries of all connectors in memory, read ahead or parked",
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
            name: Gauge(f"hub_connector_{name}", meaning, ["connector"], registry=registry)
            for name, meaning in _COUNTS.items()
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
