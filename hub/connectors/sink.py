"""Run one sink: read ahead, hand over under limits, park what fails, obey the operator."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Final

import structlog
from lgsp_adapter import (
    Backpressure,
    Result,
    Retryable,
    Text,
)
from lgsp_adapter.policy.breaker import Breaker, State
from lgsp_adapter.policy.rate import Rate

from hub.connectors.attempts import Attempts
from hub.connectors.holdings import Holdings
from hub.connectors.items import Item
from hub.connectors.lanes import Lanes
from hub.connectors.pace import LONGEST_PAUSE, Pace
from hub.connectors.side import InboxSide
from hub.connectors.status import Report
from hub.connectors.windows import closed_until
from hub.decision.connectors import Connector
from hub.io.kafka.connector_feed import Inboxes
from hub.ports import Unavailable

SQL_SECONDS: Final = 1.0
"""Pause where it is not known what was withdrawn: SQL is asked again so soon."""

SAVE_SECONDS: Final = 30.0
"""Between two looks whether the position must be saved."""

_log = structlog.get_logger("connectors")


class SinkRunner:
    """One sink connector at work. `run` until `stop`; a `Fatal` of the adapter ends it."""

    def __init__(
        self,
        connector: Connector,
        holdings: Holdings,
        lanes: Lanes,
        attempts: Attempts,
        feed: Inboxes,
        pace: Pace,
    ) -> None:
        limits = connector.limits
        self.holdings, self._lanes, self._feed, self._pace = holdings, lanes, feed, pace
        self._connector, self._attempts, self._now = connector, attempts, attempts.now
        self._side = side = InboxSide(connector.system, holdings, attempts.now)
        self.command, self.pause, self.stop = side.command, side.pause, side.stop
        self._rate = Rate(per_second=limits.per_second or inf, burst=max(1, limits.concurrency))
        self._breaker = Breaker(rules=pace.breaker)
        self._saved = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    def words(self) -> Text | None:
        """Say why nothing moves now; None while all is well."""
        if (end := closed_until(self._connector.windows, self._now())) is not None:
            until = end.strftime("%H:%M")
            return Text(vi=f"Giờ bảo trì đến {until}", en=f"Maintenance window until {until}")
        if self._breaker.state is not State.CLOSED and self._side.away is None:
            return Text(
                vi="Đầu bên kia không trả lời; đang thử lại thưa dần",
                en="The other side does not answer; it is probed less and less often",
            )
        return self._side.words()

    def told(self, report: Report) -> Report:
        """Return the report with what is held, what was done, and whether the peer answers."""
        return replace(self._side.told(report), breaker=self._breaker.state)

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work; nothing was lost, and nothing moves until it is started
                anew.
            Refusing, Fenced: from the commits.
        """
        try:
            if await self._side.opened(self._open, self._pace, self._attempts.ctx):
                for one in self._side.subscriptions:
                    self._feed.add(one)
                await self._work()
        finally:
            for one in self._side.subscriptions:
                self._feed.remove(one)
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)
            await self._lanes.close()
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> bool:
        await self._lanes.open()
        return True

    async def _work(self) -> None:
        while not self._side.stopping and self._failure is None:
            self._side.wake.clear()
            await self._side.take_in()
            if self._side.flushed:
                # One probe, not all at once: the operator may be wrong.
                self._side.flushed, self._breaker = False, self._breaker.hurried()
            await self._save()
            wait = self._begin()
            await self._side.wait(SAVE_SECONDS if wait is None else min(wait, SAVE_SECONDS))
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._failure is None:
            await self.holdings.save()

    async def _save(self) -> None:
        """Now and then: where nothing is this connector's, no outcome moves its position."""
        if time.monotonic() - self._saved > SAVE_SECONDS:
            self._saved = time.monotonic()
            await self.holdings.save()

    def _begin(self) -> float | None:
        """Begin what may begin; return in how many seconds the next may. None: when woken."""
        most = max(1, self._connector.limits.concurrency)
        # Tasks are counted, not lanes: a task takes its lane only when it has begun.
        while not self._side.paused and len(self._tasks) < most and self._failure is None:
            if (wait := self._must_wait()) != 0:
                return wait
            # A probe is one delivery: if it fails, the others have not been tried in vain.
            alone = self._breaker.openings > 0
            items = self.holdings.take(1 if alone else max(1, self._connector.limits.batch))
            if not items:
                due = self.holdings.due()
                return None if due is None else max(0.0, due - time.monotonic())
            now = time.monotonic()
            self._breaker = self._breaker.begun(now)
            self._rate = self._rate.taken(now)
            task = asyncio.create_task(self._attempt(items, self._breaker.era))
            self._tasks.add(task)
            task.add_done_callback(self._ended)
        return None

    def _must_wait(self) -> float | None:
        """Return the seconds before a call may begin; None where one under way will tell."""
        if (end := closed_until(self._connector.windows, self._now())) is not None:
            return min(LONGEST_PAUSE, max(0.01, (end - self._now()).total_seconds()))
        now = time.monotonic()
        if (wait := self._rate.wait(now)) > 0:
            return wait
        if self._breaker.allows(now):
            return 0
        return self._breaker.until - now if self._breaker.state is State.OPEN else None

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
        self._side.wake.set()

    async def _attempt(self, items: list[Item], era: int) -> None:
        back = list(items)
        called = False
        try:
            sink = await self._lanes.take()
            try:
                await self.holdings.whole(back)
                back = await self._attempts.open_ends(sink, back)
                back = await self._attempts.wanted(back)
                self._side.away = None
                called = bool(back)
                if called:
                    results = await self._attempts.hand_over(sink, back)
                    self._judge(era, results)
                    await self._attempts.settle(back, results)
            finally:
                self._lanes.give(sink)
        except Unavailable as error:
            self._give_back(back, str(error), SQL_SECONDS)
        except (Retryable, Backpressure) as error:
            self._breaker = self._breaker.failed(era, time.monotonic())
            called = True
            self._give_back(back, "the adapter does not open", self._pace.backoff.first)
            _log.info("connector_does_not_open", connector=self._connector.name, code=error.code)
        finally:
            if not called:
                self._breaker = self._breaker.abandoned(era)

    def _give_back(self, items: Sequence[Item], why: str, seconds: float) -> None:
        self._side.away = why
        for item in items:
            self.holdings.give_back(item, seconds)

    def _judge(self, era: int, results: Sequence[Result]) -> None:
        now = time.monotonic()
        if all(isinstance(result, Retryable) for result in results):
            self._breaker = self._breaker.failed(era, now)
        else:
            self._breaker = self._breaker.succeeded(era)
        asked = [result.after for result in results if isinstance(result, Backpressure)]
        for after in asked:
            seconds = self._pace.backoff.pause(1, self._pace.chance(), after) or 0.0
            self._rate = self._rate.paused(now + seconds)
