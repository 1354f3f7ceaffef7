"""Run one sink: read ahead, hand over under limits, park what fails, obey the operator."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final

import structlog
from lgsp_adapter import (
    Backpressure,
    Result,
    Retryable,
    Text,
)
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import Breaker, BreakerRules, State
from lgsp_adapter.policy.rate import Rate

from hub.connectors.attempts import Attempts
from hub.connectors.holdings import Holdings
from hub.connectors.items import Item
from hub.connectors.lanes import Lanes
from hub.connectors.status import Report
from hub.connectors.windows import closed_until
from hub.decision.connectors import Connector
from hub.io.kafka.connector_feed import Inboxes, Subscription
from hub.io.kafka.connector_records import Command
from hub.ports import Unavailable

SQL_SECONDS: Final = 1.0
"""Pause where it is not known what was withdrawn: SQL is asked again so soon."""

SAVE_SECONDS: Final = 30.0
"""Between two looks whether the position must be saved."""

MAX_INCOMING: Final = 500
"""Records that are offered and not sorted yet."""

LONGEST_PAUSE: Final = 60.0
"""Longest sleep in a maintenance window: the clock may be set meanwhile."""

_log = structlog.get_logger("connectors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a connector may go and how it waits."""

    backoff: Backoff = field(default_factory=Backoff)
    breaker: BreakerRules = field(default_factory=BreakerRules)
    chance: Callable[[], float] = random.random

    @classmethod
    def of(cls, connector: Connector) -> "Pace":
        """Return the pace that a connector's limits give."""
        return cls(backoff=Backoff(attempts=connector.limits.attempts))


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
        self.holdings, self._lanes, self._feed = holdings, lanes, feed
        self._connector, self._attempts, self._now = connector, attempts, attempts.now
        self._backoff, self._chance = pace.backoff, pace.chance
        self._subscription = Subscription(connector.system, holdings.next, self)
        self._rate = Rate(per_second=limits.per_second or inf, burst=max(1, limits.concurrency))
        self._breaker = Breaker(rules=pace.breaker)
        self._incoming: deque[Any] = deque()
        self._commands: deque[Command] = deque()
        self._wake = asyncio.Event()
        self._saved = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = self._paused = False
        self._failure: BaseException | None = None
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
        """Move nothing, or go on."""
        self._paused = paused
        self._wake.set()

    def stop(self) -> None:
        """Finish what is under way, begin nothing new."""
        self._stopping = True
        self._wake.set()

    def told(self, report: Report) -> Report:
        """Return the report with what is held and what was done."""
        held = self.holdings
        oldest = held.oldest()
        age = 0.0 if oldest is None else (self._now() - oldest).total_seconds()
        return replace(
            report,
            last_success_at=held.last_success_at,
            delivered=held.delivered,
            failed=held.failed,
            waiting=held.waiting,
            dead_letters=held.dead_letters,
            lag_messages=held.waiting + max(0, self._subscription.end - self._subscription.reached),
            lag_seconds=max(0.0, age),
        )

    def words(self) -> Text | None:
        """Say why nothing moves now; None while all is well."""
        if (end := closed_until(self._connector.windows, self._now())) is not None:
            until = end.strftime("%H:%M")
            return Text(vi=f"Giờ bảo trì đến {until}", en=f"Maintenance window until {until}")
        if self._away is not None:
            return Text(vi=f"Đang chờ: {self._away}", en=f"Waiting: {self._away}")
        if self._breaker.state is not State.CLOSED:
            return Text(
                vi="Đầu bên kia không trả lời; đang thử lại thưa dần",
                en="The other side does not answer; it is probed less and less often",
            )
        return None

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work; nothing was lost, and nothing moves until it is started
                anew.
            Refusing, Fenced: from the commits.
        """
        try:
            if await self._open():
                self._feed.add(self._subscription)
                await self._work()
        finally:
            self._feed.remove(self._subscription)
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)
            await self._lanes.close()
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> bool:
        """Open the adapter; say whether it is open. False: stopped before it was."""
        tries = 0
        while not self._stopping:
            self._wake.clear()
            try:
                await self._lanes.open()
            except (Retryable, Backpressure) as error:
                tries += 1
                self._away = f"{error.code} ({self._attempts.ctx.mask(error.detail)})"
                seconds = replace(self._backoff, attempts=None).pause(
                    tries, self._chance(), error.after
                )
                await self._wait(seconds)
            else:
                self._away = None
                return True
        return False

    async def _work(self) -> None:
        while not self._stopping and self._failure is None:
            self._wake.clear()
            await self._take_in()
            await self._save()
            wait = self._begin()
            await self._wait(SAVE_SECONDS if wait is None else min(wait, SAVE_SECONDS))
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._failure is None:
            await self.holdings.save()

    async def _take_in(self) -> None:
        while self._commands:
            await self.holdings.carry_out(self._commands[0])
            self._commands.popleft()
        if self._incoming:
            records = list(self._incoming)
            await self.holdings.read(records)
            for _ in records:
                self._incoming.popleft()

    async def _save(self) -> None:
        """Now and then: where nothing is this connector's, no outcome moves its position."""
        if time.monotonic() - self._saved > SAVE_SECONDS:
            self._saved = time.monotonic()
            await self.holdings.save()

    async def _wait(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _begin(self) -> float | None:
        """Begin what may begin; return in how many seconds the next may. None: when woken."""
        most = max(1, self._connector.limits.concurrency)
        # Tasks are counted, not lanes: a task takes its lane only when it has begun.
        while not self._paused and len(self._tasks) < most and self._failure is None:
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
        self._wake.set()

    async def _attempt(self, items: list[Item], era: int) -> None:
        back = list(items)
        called = False
        try:
            sink = await self._lanes.take()
            try:
                back = await self._attempts.open_ends(sink, back)
                back = await self._attempts.wanted(back)
                self._away = None
                called = bool(back)
                if called:
                    results = await self._attempts.hand_over(sink, back)
                    self._judge(era, results)
                    for item, result in zip(back, results, strict=True):
                        await self._attempts.settle(item, result)
            finally:
                self._lanes.give(sink)
        except Unavailable as error:
            self._give_back(back, str(error), SQL_SECONDS)
        except (Retryable, Backpressure) as error:
            self._breaker = self._breaker.failed(era, time.monotonic())
            called = True
            self._give_back(back, "the adapter does not open", self._backoff.first)
            _log.info("connector_does_not_open", connector=self._connector.name, code=error.code)
        finally:
            if not called:
                self._breaker = self._breaker.abandoned(era)

    def _give_back(self, items: Sequence[Item], why: str, seconds: float) -> None:
        self._away = why
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
            seconds = self._backoff.pause(1, self._chance(), after) or 0.0
            self._rate = self._rate.paused(now + seconds)
