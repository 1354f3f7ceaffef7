"""Keep one connector as the rules want it: start, pause, stop, start anew.

Its faults are its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

import structlog
from lgsp_adapter import AdapterError, Text

from hub.connectors.adapters import NotUsable
from hub.connectors.status import Report, State, not_usable
from hub.decision.connectors import Connector, Wanted, digest_of
from hub.io.backoff import Backoff
from hub.io.kafka.connector_records import Command
from hub.io.kafka.connector_store import UnreadableState
from hub.ports import Fenced, Refusing, Unavailable

DRAIN_SECONDS: Final = 8.0
"""How long what is under way may take when a connector stops; then it is cancelled, and its end is
unknown as after a crash. With the closing of adapters it fits into a supervisor's 15 seconds."""

_log = structlog.get_logger("connectors")


class Worker(Protocol):
    """A connector at work."""

    async def run(self) -> None:
        """Work until stopped; raises what ends it."""
        ...

    def stop(self) -> None:
        """Finish what is under way, begin nothing new."""
        ...

    def pause(self, *, paused: bool) -> None:
        """Move nothing, or go on."""
        ...

    def command(self, command: Command) -> None:
        """Take an operator's word."""
        ...

    def words(self) -> Text | None:
        """Say why nothing moves; None while all is well."""
        ...

    def told(self, report: Report) -> Report:
        """Return the report with the worker's counts."""
        ...


class Keeper:
    """One connector, through all its lives."""

    def __init__(
        self,
        connector: Connector,
        build: Callable[[Connector], Awaitable[Worker]],
        now: Callable[[], datetime],
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        """`moved` is called at each change of state."""
        self._wanted: Connector | None = connector
        self._build, self._now, self._moved = build, now, moved
        self._last = connector
        self._state, self._words = State.STARTING, Text(vi="", en="")
        self._worker: Worker | None = None
        self._changed = asyncio.Event()
        self.told_last: tuple[State, str] | None = None

    def want(self, connector: Connector | None) -> None:
        """Take the newest rules; None: it is not there any more."""
        if connector != self._wanted:
            self._wanted = connector
            self._changed.set()

    def command(self, command: Command) -> bool:
        """Give an operator's word to the worker; False where nobody works now."""
        if self._worker is None:
            return False
        self._worker.command(command)
        return True

    def report(self) -> Report:
        """Tell how it is."""
        report = Report(
            name=self._last.name,
            generation=self._last.generation,
            state=self._state,
            running=digest_of(self._last),
            vi=self._words.vi,
            en=self._words.en,
            at=self._now(),
        )
        if self._worker is None:
            return report
        words = self._worker.words() if self._state is State.RUNNING else None
        if words is not None:
            report = replace(report, state=State.WAITING, vi=words.vi, en=words.en)
        return self._worker.told(report)

    async def run(self) -> None:
        """Keep it until the rules have it no more.

        Raises:
            Fenced: another process has taken over; this one must end.
        """
        while self._wanted is not None:
            self._changed.clear()
            self._last = connector = self._wanted
            if connector.wanted is Wanted.STOPPED:
                self._be(State.STOPPED)
                await self._changed.wait()
            else:
                await self._live(connector)

    async def _live(self, connector: Connector) -> None:
        self._be(State.STARTING)
        try:
            worker = await self._born(connector)
            if worker is not None:
                await self._watch(worker, connector)
        except NotUsable as error:
            await self._fail(error.words)
        except AdapterError as error:
            await self._fail(not_usable(f"{error.code}: {error.detail}"))
        except (Refusing, UnreadableState) as error:
            await self._fail(not_usable(str(error)))
        except (Fenced, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  (a fault of ours: the others must run)
            _log.error("connector_fault", connector=connector.name, exc_info=True)
            await self._fail(not_usable(f"a fault of the hub: {type(error).__name__}"))

    async def _born(self, connector: Connector) -> Worker | None:
        backoff = Backoff()
        while not self._changed.is_set():
            try:
                return await self._build(connector)
            except Unavailable as error:
                self._be(State.WAITING, Text(vi=f"Đang chờ: {error}", en=f"Waiting: {error}"))
                await backoff.wait(self._changed)
        return None

    async def _watch(self, worker: Worker, connector: Connector) -> None:
        """Let it work until it ends, or until another one is wanted."""
        self._worker = worker
        self._show(worker, connector.wanted)
        work = asyncio.create_task(worker.run(), name=f"connector-{connector.name}")
        try:
            while not work.done():
                await _either(work, self._changed)
                if not self._changed.is_set():
                    break
                self._changed.clear()
                if not self._goes_on(connector):
                    self._changed.set()
                    break
                self._last = connector = self._wanted or connector
                self._show(worker, connector.wanted)
            self._be(State.STOPPING)
            worker.stop()
            await asyncio.wait({work}, timeout=DRAIN_SECONDS)
        finally:
            work.cancel()
            await asyncio.wait({work})
            self._worker = None
        if not work.cancelled():
            work.result()

    def _goes_on(self, connector: Connector) -> bool:
        """Say whether the same worker does what is wanted now."""
        wanted = self._wanted
        if wanted is None or wanted.wanted is Wanted.STOPPED:
            return False
        return replace(wanted, wanted=connector.wanted) == connector

    def _show(self, worker: Worker, wanted: Wanted) -> None:
        paused = wanted is Wanted.PAUSED
        worker.pause(paused=paused)
        self._be(State.PAUSED if paused else State.RUNNING)

    def _be(self, state: State, words: Text | None = None) -> None:
        self._state, self._words = state, words or Text(vi="", en="")
        self._moved()

    async def _fail(self, words: Text) -> None:
        """Wait for an operator: a change of any kind starts it anew."""
        _log.error("connector_failed", connector=self._last.name, why=words.en)
        self._be(State.FAILED, words)
        await self._changed.wait()


async def _either(work: asyncio.Task[None], changed: asyncio.Event) -> None:
    waiting = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
