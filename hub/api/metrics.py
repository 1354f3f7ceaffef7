"""What the API counts. No text of a client becomes a label: routes, codes and states only."""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.surroundings import Surroundings
from hub.io.screening import ScreeningMetrics

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class ApiMetrics:
    """The API's metrics, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.requests = Counter(
            "hub_api_requests",
            "Answers by route and status",
            ["route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "hub_api_seconds",
            "Time to the start of the answer",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.admissions = Counter(
            "hub_api_admissions",
            "Messages by what admission said",
            ["outcome"],
            registry=self.registry,
        )
        self.held_back = Counter(
            "hub_api_held_back",
            "Messages that were asked to come later, by the quota that was used up",
            ["quota"],
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "hub_api_in_flight", "Messages on their way to the broker", registry=self.registry
        )
        self.screening = ScreeningMetrics(self.registry)
        self.surroundings = Surroundings(self.registry)


class CountRequests:
    """ASGI middleware that counts and times."""

    def __init__(self, app: ASGIApp, metrics: ApiMetrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                endpoint = scope.get("endpoint")
                route = getattr(endpoint, "__name__", "none")
                self._metrics.requests.labels(route, message["status"]).inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, counting)
