"""The router process: the loop, the expander and the retries of one share of the partitions."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry

from hub.decision.rules import Rules
from hub.io.backoff import Backoff
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.fanout_bus import FanoutBus
from hub.io.kafka.inboxes import Inboxes
from hub.io.kafka.retry_bus import RetryBus
from hub.io.kafka.router_bus import RouterBus
from hub.io.kafka.share import Share
from hub.io.tracing import Tracing
from hub.ports import Unavailable
from hub.router.delivery import expand, retry
from hub.router.loop import Router
from hub.router.metrics import RouterMetrics

HEARTBEAT_GRACE_SECONDS: Final = 24 * 3600
"""How long the router goes on without a heartbeat of the rules: a revocation may be waiting."""


class Follower(Protocol):
    """The rules as they are now."""

    @property
    def current(self) -> Rules:
        """The latest whole version."""
        ...

    def heartbeat_age(self) -> float:
        """Seconds since the control plane was last heard; infinite before the first time."""
        ...


async def run(
    connection: KafkaConnection,
    share: Share,
    follower: Follower,
    cache: Path,
    registry: CollectorRegistry,
    stop: asyncio.Event,
    *,
    tracing: Tracing | None = None,
) -> None:
    """Route until `stop` is set; then finish the running transaction and return.

    Raises:
        Fenced: another process has taken over this share.
        TooManyHeld: the hub itself is at fault.
    """
    inboxes, metrics = Inboxes(), RouterMetrics(registry)
    bus = RouterBus(connection, share, inboxes, cache)
    router = Router(bus, _live_rules(follower), _now, metrics, tracing)
    waiting = retry(RetryBus(connection, share, inboxes), _now, stop, metrics)
    fanout = FanoutBus(connection, share, inboxes)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(waiting)
        for work in (expand(fanout, _now, stop, Backoff()), router.run(stop, Backoff())):
            tasks.create_task(_once(inboxes.known, stop, work))


async def _once(known: asyncio.Event, stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Begin `work` when it is known what waits; told to stop first, it ends without beginning."""
    with closing(work):
        await _either(known, stop)
        await work


async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (first, second)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()


def _live_rules(follower: Follower) -> Callable[[], Rules]:
    def current() -> Rules:
        rules = follower.current
        if rules.ref.version == 0:
            raise Unavailable("there are no rules yet: run `hub init`, and start the api")
        age = follower.heartbeat_age()
        if HEARTBEAT_GRACE_SECONDS < age < float("inf"):
            raise Unavailable("no heartbeat of the rules for a day: is the control plane down?")
        return rules

    return current


def _now() -> datetime:
    return datetime.now(UTC)
