"""Run one service: an adapter that a foreign system calls, and the desk that it works at."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any, Final

from lgsp_adapter import (
    AdapterError,
    Answer,
    Backpressure,
    Check,
    Context,
    Fatal,
    Request,
    Retryable,
    Service,
)
from lgsp_adapter.calls import call, end
from lgsp_adapter.policy.rate import Rate

from hub.connectors.desk import HubDesk
from hub.connectors.holdings import Holdings
from hub.connectors.inbound import Counter
from hub.connectors.lanes import CLOSE_SECONDS
from hub.connectors.pace import Pace
from hub.connectors.service_check import not_well, with_last_call
from hub.connectors.side import InboxSide
from hub.connectors.status import Report
from hub.decision.connectors import Connector
from hub.io.kafka.connector_feed import Inboxes

LOOK_SECONDS: Final = 30.0
"""How often it is looked whether the position must be saved."""

STALLED_SECONDS: Final = 3 * LOOK_SECONDS
"""A turn that takes so long waits for something that does not come, such as a commit."""


class ServiceRunner:
    """One service connector at work. `run` until `stop`; a `Fatal` of the adapter ends it."""

    def __init__(
        self,
        connector: Connector,
        make: Callable[[], Service[Any]],
        ctx: Context,
        holdings: Holdings,
        desk: HubDesk,
        *,
        feed: Inboxes,
        counter: Counter,
        pace: Pace,
    ) -> None:
        self._connector, self._make, self._ctx = connector, make, ctx
        self.holdings, self._desk, self._feed, self._counter = holdings, desk, feed, counter
        self._pace, limits = pace, connector.limits
        self._seconds = limits.timeout_seconds
        self._calls = asyncio.Semaphore(max(1, limits.concurrency))
        self._rate = Rate(per_second=limits.per_second or inf, burst=max(1, int(limits.per_second)))
        self._side = side = InboxSide(connector.system, holdings, ctx.now)
        self.words = side.words
        self.command, self.pause, self.stop = side.command, side.pause, side.stop
        self._service: Service[Any] | None = None
        self._failure: Fatal | None = None
        self._failed = 0
        self._last_call: datetime | None = None
        self._turned = time.monotonic()

    def told(self, report: Report) -> Report:
        """Return the report with what is held and what was done."""
        told, desk = self._side.told(report), self._desk
        return replace(
            told,
            last_success_at=_later(told.last_success_at, desk.last_at),
            delivered=told.delivered + desk.handed_in,
            failed=told.failed + self._failed,
        )

    async def answer(self, request: Request) -> Answer:
        """Answer one call of the foreign system.

        Raises:
            AdapterError: what the adapter or the desk raises; a `Backpressure` where there are too
                many calls, a `Retryable` where nobody answers now.
        """
        if self._service is None or self._side.paused or self._side.stopping:
            raise Retryable("the connector does not answer now", untouched=True)
        if (wait := self._rate.wait(time.monotonic())) > 0:
            raise Backpressure("more calls than this connector may take", after=wait)
        self._rate = self._rate.taken(time.monotonic())
        self._last_call = self._ctx.now()
        try:
            async with self._calls:
                return await call(self._service.answer(request), self._seconds)
        except Fatal as error:
            self._failure = error
            self._side.wake.set()
            raise
        except AdapterError:
            self._failed += 1
            raise

    async def check(self) -> Check:
        """Say whether calls are answered now: asked of the adapter that answers them."""
        try:
            if self._service is None or self._side.paused or self._side.stopping:
                raise Retryable("the connector does not answer now")
            found = await call(self._service.check(), self._seconds)
        except AdapterError as error:
            return not_well(self._ctx.mask(f"{error.code}: {error.detail}"))
        idle = time.monotonic() - self._turned
        if idle > STALLED_SECONDS:
            return not_well(f"it has not moved for {idle:.0f} s; see the log and Kafka")
        return with_last_call(found, self._last_call)

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work.
            Refusing, Fenced: from the commits.
        """
        try:
            if await self._side.opened(self._open, self._pace, self._ctx) is not None:
                await self._serve()
        finally:
            self._counter.close(self._connector.name, self)
            for one in self._side.subscriptions:
                self._feed.remove(one)
            if self._service is not None:
                await end(self._service, CLOSE_SECONDS)
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> Service[Any]:
        service = self._make()
        try:
            await call(service.open(self._ctx, self._desk), self._seconds)
        except BaseException:
            await end(service, CLOSE_SECONDS)
            raise
        self._service = service
        return service

    async def _serve(self) -> None:
        for one in self._side.subscriptions:
            self._feed.add(one)
        self._counter.open(self._connector.name, self)
        while not self._side.stopping and self._failure is None:
            self._side.wake.clear()
            self._turned = time.monotonic()
            await self._side.take_in()
            await self._side.wait(LOOK_SECONDS)
            await self.holdings.save()
        # What is under way is answered first.
        for _ in range(max(1, self._connector.limits.concurrency)):
            await self._calls.acquire()


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return max(known, default=None)
