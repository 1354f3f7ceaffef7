"""What the process `documents` counts. Labels are the hub's own words."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hub.decision.order_record import Found, Order

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class DocumentsMetrics:
    """Counters of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._verdicts = Counter(
            "hub_documents_verdicts", "Judged documents", ["grade"], registry=registry
        )
        self._orders = Counter(
            "hub_documents_orders", "Orders given to the router", ["do"], registry=registry
        )
        self.seconds = Histogram(
            "hub_documents_judge_seconds",
            "Time to fetch and judge the documents of one message",
            buckets=_SECONDS,
            registry=registry,
        )
        self.waiting = Gauge(
            "hub_documents_waiting", "Messages whose verdict is awaited", registry=registry
        )
        self.review = Gauge(
            "hub_documents_review",
            "Messages held because their documents could not be judged: a person must decide",
            registry=registry,
        )

    def judged(self, found: tuple[Found, ...]) -> None:
        """Count the documents of one message."""
        for one in found:
            self._verdicts.labels(one.grade.value).inc()

    def given(self, order: Order) -> None:
        """Count an order that is durable."""
        self._orders.labels(order.do.value).inc()
