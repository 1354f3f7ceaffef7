"""Keep one unit running: start it, watch it, start it again with back-off, give up in the end."""

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from hub.cli.errors import EX_CONFIG
from hub.cli.units import Unit, UnitFailed
from hub.io.waiting import wait_for

LOOK_SECONDS: Final = 0.2
"""Between two looks at a running unit: soon enough for a person, nearly free."""


@unique
class State(StrEnum):
    """Where a unit stands."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    BACKING_OFF = "backing off"
    GAVE_UP = "gave up"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how soon a unit is started again."""

    first_seconds: float = 0.5
    """The wait after the first failure; it doubles with each further one."""
    longest_seconds: float = 30.0
    failures: int = 8
    """So many in a row are the end: about two minutes in which nothing changed."""
    steady_seconds: float = 60.0
    """A unit that ran as long as this has recovered: its failures are forgotten."""
    silent_seconds: float = 30.0
    """A ready unit whose pulse stands still as long as this hangs: it is ended and started again.
    Counted in the supervisor's own running time, so a suspended machine wakes up unharmed."""

    def wait_after(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row, in seconds."""
        return float(min(self.longest_seconds, self.first_seconds * 2 ** (failures - 1)))


class Keeper:
    """One unit and what is known about it."""

    def __init__(self, unit: Unit, *, patience: Patience, stop_seconds: float) -> None:
        """Describe; nothing runs before `run`. `stop_seconds` bounds a clean stop."""
        self.unit, self._patience, self._stop_seconds = unit, patience, stop_seconds
        self.state = State.WAITING
        self.restarts = 0
        self.note = ""
        """Why it is not running, for people."""
        self.since = time.time()
        """When the present state began: seconds since 1970, UTC."""
        self._failures = 0
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Start the unit before its keeping begins: a first start that fails is not repeated.

        Raises:
            UnitFailed: it could not be started.
        """
        self._enter(State.STARTING)
        await self.unit.start()

    async def run(self) -> None:
        """Keep the unit running until `stop`, or until it has failed too often."""
        while not self._stopping.is_set():
            started = time.monotonic()
            status = await self._once()
            if self._stopping.is_set():
                break
            if time.monotonic() - started >= self._patience.steady_seconds:
                self._failures = 0
            self._failures += 1
            if status == EX_CONFIG or self._failures >= self._patience.failures:
                self._give_up(status)
                return
            await self._back_off()
        self._enter(State.STOPPED)

    async def stop(self) -> None:
        """End the unit, cleanly within its bound, and its keeping."""
        self._stopping.set()
        await self.unit.stop(self._stop_seconds)

    async def kill(self) -> None:
        """End the unit at once."""
        self._stopping.set()
        await self.unit.stop(0)

    async def _once(self) -> int | None:
        """Start the unit and return its exit status; None if it could not be started."""
        try:
            await self.start()
        except UnitFailed as failure:
            self.note = str(failure)
            return None
        if self._stopping.is_set():  # `stop` came before there was anything to stop
            await self.unit.stop(self._stop_seconds)
        end = asyncio.ensure_future(self.unit.wait())
        try:
            await self._watch(end)
        finally:
            if not end.done():
                end.cancel()
        status = end.result()
        if not self._stopping.is_set():
            self.note = f"ended with status {status}. {self.unit.last_words()}".strip()
        return status

    async def _watch(self, end: asyncio.Future[int]) -> None:
        """Return once the unit has ended; end it when it hangs."""
        last, changed = (False, 0), time.monotonic()
        while not end.done():
            await asyncio.wait([end], timeout=LOOK_SECONDS)
            now, seen = time.monotonic(), self.unit.beat()
            if seen != last:
                last, changed = seen, now
            if seen[0] and self.state is State.STARTING:
                self._enter(State.READY)
                self.note = ""
            hangs = now - changed > self._patience.silent_seconds
            if hangs and last[1] and not self._stopping.is_set():
                await self.unit.stop(self._stop_seconds)

    async def _back_off(self) -> None:
        self._enter(State.BACKING_OFF)
        self.restarts += 1
        await wait_for(self._stopping, self._patience.wait_after(self._failures))

    def _give_up(self, status: int | None) -> None:
        why = (
            "its configuration is wrong"
            if status == EX_CONFIG
            else (f"it failed {self._failures} times in a row")
        )
        self.note = f"given up: {why}. {self.note}"
        self._enter(State.GAVE_UP)

    def _enter(self, state: State) -> None:
        self.state, self.since = state, time.time()
