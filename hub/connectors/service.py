"""Run one service: an adapter that a foreign system calls, and the desk that it works at."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any, Final

from lgsp_adapter import (
    AdapterError,
    Answer,
    Backpressure,
    Context,
    Fatal,
    Request,
    Retryable,
    Service,
    Text,
)
from lgsp_adapter.calls import call, end
from lgsp_adapter.policy.rate import Rate

from hub.connectors.desk import HubDesk
from hub.connectors.holdings import Holdings
from hub.connectors.inbound import Counter
from hub.connectors.lanes import CLOSE_SECONDS
from hub.connectors.sink import MAX_INCOMING, Pace
from hub.connectors.status import Report
from hub.decision.connectors import Connector
from hub.io.kafka.connector_feed import Inboxes, Subscription
from hub.io.kafka.connector_records import Command

LOOK_SECONDS: Final = 30.0
"""How often it is looked whether the position must be saved."""


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
        self._subscription = Subscription(connector.system, holdings.next, self)
        self._incoming: deque[Any] = deque()
        self._commands: deque[Command] = deque()
        self._wake = asyncio.Event()
        self._stopping = self._paused = False
        self._service: Service[Any] | None = None
        self._failure: Fatal | None = None
        self._failed = 0
        self._away: str | None = None

    def offer(self, records: Sequence[Any]) -> None:
        """Take the next records of the inbox."""
        self._incoming.extend(records)
        self._wake.set()

    def has_room(self) -> bool:
        """Say whether more may be offered."""
        idle = self._paused or self._stopping or len(self._incoming) >= MAX_INCOMING
        return not idle and self.holdings.has_room()

    def command(self, command: Command) -> None:
        """Take an operator's word."""
        self._commands.append(command)
        self._wake.set()

    def pause(self, *, paused: bool) -> None:
        """Answer nobody, or go on."""
        self._paused = paused
        self._wake.set()

    def stop(self) -> None:
        """Answer what is under way, take nothing new."""
        self._stopping = True
        self._wake.set()

    def words(self) -> Text | None:
        """Say why nothing moves; None while all is well."""
        if self._away is None:
            return None
        return Text(vi=f"Đang chờ: {self._away}", en=f"Waiting: {self._away}")

    def told(self, report: Report) -> Report:
        """Return the report with what is held and what was done."""
        held, desk = self.holdings, self._desk
        oldest = held.oldest()
        age = 0.0 if oldest is None else (self._ctx.now() - oldest).total_seconds()
        return replace(
            report,
            last_success_at=_later(held.last_success_at, desk.last_at),
            delivered=held.delivered + desk.handed_in,
            failed=held.failed + self._failed,
            waiting=held.waiting,
            dead_letters=held.dead_letters,
            lag_messages=held.waiting + max(0, self._subscription.end - self._subscription.reached),
            lag_seconds=max(0.0, age),
        )

    async def answer(self, request: Request) -> Answer:
        """Answer one call of the foreign system.

        Raises:
            AdapterError: what the adapter or the desk raises; a `Backpressure` where there are too
                many calls, a `Retryable` where nobody answers now.
        """
        if self._service is None or self._paused or self._stopping:
            raise Retryable("the connector does not answer now", untouched=True)
        if (wait := self._rate.wait(time.monotonic())) > 0:
            raise Backpressure("more calls than this connector may take", after=wait)
        self._rate = self._rate.taken(time.monotonic())
        try:
            async with self._calls:
                return await call(self._service.answer(request), self._seconds)
        except Fatal as error:
            self._failure = error
            self._wake.set()
            raise
        except AdapterError:
            self._failed += 1
            raise

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work.
            Refusing, Fenced: from the commits.
        """
        try:
            service = await self._open()
            if service is not None:
                await self._serve(service)
        finally:
            self._counter.close(self._connector.name, self)
            self._feed.remove(self._subscription)
            if self._service is not None:
                await end(self._service, CLOSE_SECONDS)
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> Service[Any] | None:
        tries, patient = 0, replace(self._pace.backoff, attempts=None)
        while not self._stopping:
            self._wake.clear()
            service = self._make()
            try:
                await call(service.open(self._ctx, self._desk), self._seconds)
            except (Retryable, Backpressure) as error:
                await end(service, CLOSE_SECONDS)
                tries += 1
                self._away = f"{error.code} ({self._ctx.mask(error.detail)})"
                await self._wait(patient.pause(tries, self._pace.chance(), error.after))
            except BaseException:
                await end(service, CLOSE_SECONDS)
                raise
            else:
                self._away, self._service = None, service
                return service
        return None

    async def _serve(self, service: Service[Any]) -> None:  # noqa: ARG002  (it is open)
        self._feed.add(self._subscription)
        self._counter.open(self._connector.name, self)
        while not self._stopping and self._failure is None:
            self._wake.clear()
            while self._commands:
                await self.holdings.carry_out(self._commands[0])
                self._commands.popleft()
            if self._incoming:
                records = list(self._incoming)
                await self.holdings.read(records)
                for _ in records:
                    self._incoming.popleft()
            await self._wait(LOOK_SECONDS)
            await self.holdings.save()
        # What is under way is answered first.
        for _ in range(max(1, self._connector.limits.concurrency)):
            await self._calls.acquire()

    async def _wait(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return max(known, default=None)
