"""What the log's writer counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class LogMetrics:
    """Counters of one writer of the log."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.leaves = Counter(
            "hub_log_leaves", "Audit events that became leaves of the log", registry=registry
        )
        self.checkpoints = Counter(
            "hub_log_checkpoints", "Checkpoints that were signed", registry=registry
        )
        self.lag_messages = Gauge(
            "hub_log_lag_messages", "Audit events that are no leaves yet", registry=registry
        )
        self.refusing = Gauge(
            "hub_log_refusing",
            "1 while the log would contradict what was signed, and nothing is written",
            registry=registry,
        )
