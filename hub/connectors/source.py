"""Run one source: read, take in, make it durable with the position, then acknowledge."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import Any, Final

import structlog
from lgsp_adapter import Backpressure, Context, Record, Retryable, Source, Text
from lgsp_adapter.calls import call, end
from lgsp_adapter.policy.breaker import Breaker
from lgsp_adapter.policy.rate import Rate

from hub.connectors.durable import Durable
from hub.connectors.intake import Intake, Taken
from hub.connectors.lanes import CLOSE_SECONDS
from hub.connectors.pace import LONGEST_PAUSE, Pace
from hub.connectors.records import Records
from hub.connectors.status import Report
from hub.connectors.windows import closed_until
from hub.decision.connectors import Connector
from hub.decision.events import AuditEvent, Event
from hub.io.kafka.connector_records import Action, Command, Position, Unread, without_bytes
from hub.io.kafka.connector_store import Stored, unread_at
from hub.io.kafka.transaction import Output
from hub.ports import Unavailable

AWAY_SECONDS: Final = 1.0
"""Pause where it is not known whether a message may refer to its objects."""

MAX_UNREAD: Final = 10_000
"""Dead letters of a source: so many in a row are a fault of the source, or of its configuration.
Beyond it nothing is read, so that they fill neither the memory nor the topic."""

MAX_CHECKPOINT: Final = 200
"""Characters of a position that are told: whoever looks wants to see it move."""

_log = structlog.get_logger("connectors")


class SourceRunner:
    """One source connector at work. `run` until `stop`; a `Fatal` of the adapter ends it."""

    def __init__(
        self,
        connector: Connector,
        make: Callable[[], Source[Any]],
        ctx: Context,
        records: Records,
        intake: Intake,
        *,
        durable: Durable,
        stored: Stored,
        pace: Pace,
    ) -> None:
        self._connector, self._make, self._ctx = connector, make, ctx
        self._records, self._intake = records, intake
        self._writes, self._contents = durable.writes, durable.contents
        self._position = (stored.position or Position()).read
        self._unread: dict[str, Unread] = dict(stored.unread)
        self._pace, self._now = pace, ctx.now
        limits = connector.limits
        self._seconds = limits.timeout_seconds
        self._rate = Rate(per_second=limits.per_second or inf)
        self._breaker = Breaker(rules=pace.breaker)
        self._commands: deque[Command] = deque()
        self._wake = asyncio.Event()
        self._stopping = self._paused = self._anew = False
        self._tries = self._delivered = self._failed = 0
        self._last: datetime | None = None
        self._read_at: datetime | None = None
        self._next_read_at: datetime | None = None
        self._away: str | None = None

    def stop(self) -> None:
        """Finish what was read, read nothing new."""
        self._stopping = True
        self._wake.set()

    def pause(self, *, paused: bool) -> None:
        """Read nothing, or go on."""
        self._paused = paused
        self._wake.set()

    def command(self, command: Command) -> None:
        """Take an operator's word."""
        self._commands.append(command)
        self._wake.set()

    def words(self) -> Text | None:
        """Say why nothing moves now; None while all is well."""
        if (until := closed_until(self._connector.windows, self._now())) is not None:
            told = until.strftime("%H:%M")
            return Text(vi=f"Giờ bảo trì đến {told}", en=f"Maintenance window until {told}")
        if len(self._unread) >= MAX_UNREAD:
            return Text(
                vi=f"{MAX_UNREAD} bản ghi lỗi chờ quyết định; xử lý rồi nguồn mới được đọc tiếp",
                en=f"{MAX_UNREAD} dead letters wait; the source is read on when some are decided",
            )
        if self._away is not None:
            return Text(vi=f"Đang chờ: {self._away}", en=f"Waiting: {self._away}")
        return None

    def told(self, report: Report) -> Report:
        """Return the report with what was read."""
        return replace(
            report,
            last_success_at=self._last,
            delivered=self._delivered,
            failed=self._failed,
            dead_letters=len(self._unread),
            breaker=self._breaker.state,
            checkpoint=self._checkpoint(),
            read_at=self._read_at,
            next_read_at=None if self._paused else self._next_read_at,
        )

    def _checkpoint(self) -> str | None:
        # Its adapter's own words: what is a secret in them is masked, as in a log.
        if self._position is None:
            return None
        return self._ctx.mask(self._position)[:MAX_CHECKPOINT]

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work, or there is no key to sign with.
            Refusing, Fenced: from the commits.
        """
        while not self._stopping:
            try:
                await self._serve()
            except (Retryable, Backpressure) as error:
                await self._recover(error)

    async def _recover(self, error: Retryable | Backpressure) -> None:
        """Wait; then the adapter is opened anew, behind what is durable."""
        self._wake.clear()
        if self._stopping:
            return
        self._failed, self._tries = self._failed + 1, self._tries + 1
        if isinstance(error, Retryable):
            self._breaker = self._breaker.failed(self._breaker.era, time.monotonic())
        self._away = f"{error.code} ({self._ctx.mask(error.detail)})"
        patient = replace(self._pace.backoff, attempts=None)
        pause = patient.pause(self._tries, self._pace.chance(), error.after) or 0.0
        await self._rest(max(pause, self._breaker.until - time.monotonic()))

    async def _serve(self) -> None:
        """Serve one opening of the adapter."""
        source = self._make()
        try:
            # Before it is opened: a word must not wait until the other side is back.
            await self._obey()
            self._anew = False
            now = time.monotonic()
            if self._breaker.allows(now):
                self._breaker = self._breaker.begun(now)
            await call(source.open(self._ctx, self._position), self._seconds)
            while not self._stopping and not self._anew:
                await self._turn(source)
                await self._obey()
        finally:
            await end(source, CLOSE_SECONDS)

    async def _turn(self, source: Source[Any]) -> None:
        if self._paused:
            await self._rest(None)
            return
        if len(self._unread) >= MAX_UNREAD:
            await self._rest(None)
            return
        if (until := closed_until(self._connector.windows, self._now())) is not None:
            await self._rest(min(LONGEST_PAUSE, (until - self._now()).total_seconds()))
            return
        if (wait := self._rate.wait(time.monotonic())) > 0:
            await self._rest(wait)
            return
        self._rate = self._rate.taken(time.monotonic())
        limit = max(1, self._connector.limits.batch)
        records = await call(source.read(limit), self._seconds)
        self._breaker, self._tries = self._breaker.succeeded(self._breaker.era), 0
        self._away, self._read_at = None, self._now()
        if records:
            await self._take_in(records)
            await call(source.ack(records[-1].position), self._seconds)
        else:
            await self._rest(self._connector.limits.poll_seconds)

    async def _take_in(self, records: list[Record]) -> None:
        """Make all durable, with the position behind them, in one transaction (invariant 1)."""
        taken = [await self._patiently(partial(self._intake.record, one)) for one in records]
        await self._commit(
            *(output for one in taken for output in one.outputs), position=records[-1].position
        )
        for one in taken:
            self._unread |= {name: without_bytes(unread) for name, unread in one.unread.items()}
        self._delivered += sum(not one.unread and one.refusal is None for one in taken)
        self._last = self._now()

    async def _obey(self) -> None:
        self._wake.clear()
        while self._commands:
            await self._carry_out(self._commands[0])
            self._commands.popleft()

    async def _carry_out(self, command: Command) -> None:
        name, gone = command.message, self._records.carried_out(command)
        if command.action is Action.RESNAPSHOT:
            await self._begin_again(gone)
            return
        unread = self._unread.get(name)
        order = command.action in (Action.RETRY, Action.DROP)
        if unread is None or command.source or not order:
            await self._commit(gone)
        elif command.action is Action.DROP:
            event = self._event(command, Event.EXPIRED, "dropped")
            await self._commit(self._records.unread(name, None), event, gone)
            del self._unread[name]
        elif unread.attributes:
            await self._again(command, name, gone)
        else:
            # Nobody could read it, and nothing has changed but the operator's mind.
            event = self._event(command, Event.DEAD_LETTER, unread.code)
            await self._commit(event, gone)

    async def _begin_again(self, gone: Output) -> None:
        """Forget where the adapter stands, in one transaction with the command; open it anew.

        Invariant 8: what was handed in before is known under its id, so nothing comes twice.
        """
        await self._writes.commit(self._records.step(Position(), gone))
        self._position, self._anew = None, True

    async def _again(self, command: Command, name: str, gone: Output) -> None:
        taken = await self._patiently(lambda: self._once_more(name))
        refused = taken.refusal is not None
        event = self._event(
            command,
            Event.DEAD_LETTER if refused else Event.RESUMED,
            taken.refusal.reason.value if taken.refusal else None,
        )
        await self._commit(*taken.outputs, event, gone)
        if not refused:
            del self._unread[name]

    async def _once_more(self, name: str) -> Taken:
        key = self._records.unread_key(name)
        found = await self._contents.read(self._records.partition, {key: None})
        return await self._intake.again(name, unread_at(key, found.get(key)))

    async def _patiently(self, taking: Callable[[], Awaitable[Taken]]) -> Taken:
        while True:
            try:
                taken = await taking()
            except Unavailable as error:
                # Nothing moves: what stands behind it waits with it, and nothing is acknowledged.
                self._away = str(error)
                await asyncio.sleep(AWAY_SECONDS)
            else:
                self._away = None
                return taken

    def _event(self, command: Command, event: Event, reason: str | None) -> Output:
        unread = self._unread[command.message]
        told = AuditEvent(
            event=event,
            source=self._records.system,
            id="",
            at=self._now(),
            reason=reason,
            detail={
                "adapter": self._records.adapter,
                "entry": command.message,
                "fingerprint": unread.fingerprint,
                "by": command.by,
                "reason": command.reason,
            },
        )
        return self._records.own_event(told)

    async def _commit(self, *outputs: Output, position: str | None = None) -> None:
        read = self._position if position is None else position
        await self._writes.commit(self._records.step(Position(read=read), *outputs))
        self._position = read

    async def _rest(self, seconds: float | None) -> None:
        """Wait, or until somebody wants something."""
        if self._wake.is_set():
            return
        if seconds is not None:
            self._next_read_at = self._now() + timedelta(seconds=seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._next_read_at = None
