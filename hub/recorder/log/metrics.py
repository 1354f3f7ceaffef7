"""What the log's writer, and the maker of anchors, count."""

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


class AnchorMetrics:
    """Counters of one maker of anchors."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.anchors = Counter("hub_log_anchors", "Anchors that were made", registry=registry)
        self.stamps = Counter(
            "hub_log_stamps", "Anchors that were stamped with a time", registry=registry
        )
        self.unstamped = Gauge(
            "hub_log_unstamped_anchors",
            "Anchors that wait for their time stamp; 0 without an authority",
            registry=registry,
        )
        self.witness_failures = Counter(
            "hub_log_witness_failures",
            "Checkpoints that a witness did not cosign",
            ["witness"],
            registry=registry,
        )
