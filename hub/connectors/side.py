"""The hub's side of a connector that reads an inbox, the same for sinks and services.

It takes what the feed offers and what operators say, opens the adapter patiently, and tells how
much waits.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog
from lgsp_adapter import Backpressure, Context, Retryable, Text

from hub.connectors.holdings import Holdings
from hub.connectors.pace import Pace
from hub.connectors.status import Report
from hub.io.kafka.connector_feed import Subscription
from hub.io.kafka.connector_records import Action, Command
from hub.io.kafka.topics import inbox, urgent_inbox
from hub.ports import Unavailable

MAX_INCOMING: Final = 500
"""Records that are offered and not sorted yet."""

AGAIN_SECONDS: Final = 1.0
"""Until an operator's word is tried again that Kafka has not let through."""

T = TypeVar("T")
_log = structlog.get_logger("connectors")


class Lane:
    """One of the two topics of an inbox, as it is read: a `Reader`."""

    def __init__(self, side: "InboxSide", topic: str, *, urgent: bool) -> None:
        self._side, self.urgent = side, urgent
        self.subscription = Subscription(topic, side.holdings.next(urgent=urgent), self)
        self.incoming: deque[Any] = deque()

    def offer(self, records: Sequence[Any]) -> None:
        """Take the next records."""
        self.incoming.extend(records)
        self._side.wake.set()

    def has_room(self) -> bool:
        """Say whether more may be offered."""
        idle = self._side.paused or self._side.stopping or len(self.incoming) >= MAX_INCOMING
        return not idle and self._side.holdings.has_room(urgent=self.urgent)

    async def take_in(self) -> None:
        """Sort what was offered."""
        if self.incoming:
            records = list(self.incoming)
            await self._side.holdings.read(records, urgent=self.urgent)
            for _ in records:
                self.incoming.popleft()


class InboxSide:
    """What a runner is told from the hub's side. `wake` is set whenever something has come."""

    def __init__(self, system: str, holdings: Holdings, now: Callable[[], datetime]) -> None:
        self.holdings, self._now = holdings, now
        self._commands: deque[Command] = deque()
        self.wake = asyncio.Event()
        self.stopping = self.paused = False
        self.flushed = False
        """Whether an operator says that the other side is well again. The runner takes it back."""
        self.away: str | None = None
        """What is waited for, masked."""
        self.urgent = Lane(self, urgent_inbox(system), urgent=True)
        self.plain = Lane(self, inbox(system), urgent=False)

    @property
    def subscriptions(self) -> tuple[Subscription, Subscription]:
        """Return what is to be read."""
        return self.urgent.subscription, self.plain.subscription

    def command(self, command: Command) -> None:
        """Take an operator's word."""
        self._commands.append(command)
        self.wake.set()

    def pause(self, *, paused: bool) -> None:
        """Move nothing, or go on."""
        self.paused = paused
        self.wake.set()

    def stop(self) -> None:
        """Finish what is under way, begin nothing new."""
        self.stopping = True
        self.wake.set()

    def words(self) -> Text | None:
        """Say why nothing is taken in; None while all is well."""
        if self.away is not None:
            return Text(vi=f"Đang chờ: {self.away}", en=f"Waiting: {self.away}")
        if not self.holdings.has_memory:
            return Text(
                vi="Bộ nhớ của tiến trình đã đầy thông điệp chờ; hộp thư được đọc tiếp sau",
                en="The process holds as much as it may; the inbox is read on later",
            )
        return None

    def told(self, report: Report) -> Report:
        """Return the report with what is held and what was done."""
        held = self.holdings
        unread = sum(max(0, one.end - one.reached) for one in self.subscriptions)
        oldest = held.oldest()
        age = 0.0 if oldest is None else (self._now() - oldest).total_seconds()
        return replace(
            report,
            last_success_at=held.last_success_at,
            delivered=held.delivered,
            failed=held.failed,
            waiting=held.waiting,
            parked=held.parked,
            dead_letters=held.dead_letters,
            checkpoint=str(self.plain.subscription.reached),
            lag_messages=held.waiting + unread,
            lag_seconds=max(0.0, age),
        )

    async def take_in(self) -> None:
        """Do what operators said, then sort what was offered.

        Raises:
            Refusing, Fenced: from the commits; what was not done stays.
        """
        await self._obey()
        for lane in (self.urgent, self.plain):
            await lane.take_in()

    async def _obey(self) -> None:
        while self._commands:
            try:
                await self.holdings.carry_out(self._commands[0])
            except Unavailable as error:
                # A dead letter's content cannot be read now: the word stays, the others go on.
                _log.warning("connectors_unavailable", cause=str(error))
                asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.wake.set)
                return
            self.flushed |= self._commands.popleft().action is Action.FLUSH

    async def wait(self, seconds: float | None) -> None:
        """Wait until something comes, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()

    async def opened(
        self, attempt: Callable[[], Awaitable[T]], pace: Pace, ctx: Context
    ) -> T | None:
        """Return what an opening gives, tried until it does; None where it was stopped before.

        Raises:
            Fatal: the adapter cannot work.
        """
        tries, patient = 0, replace(pace.backoff, attempts=None)
        while not self.stopping:
            self.wake.clear()
            try:
                found = await attempt()
            except (Retryable, Backpressure) as error:
                tries += 1
                self.away = f"{error.code} ({ctx.mask(error.detail)})"
                await self.wait(patient.pause(tries, pace.chance(), error.after))
            else:
                self.away = None
                return found
        return None
