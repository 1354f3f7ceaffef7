"""The engine's clock: virtual in tests, so that an hour of back-off takes no time."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds of a clock that never jumps back."""

    def now(self) -> float:
        """Return the seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""
        ...


class VirtualClock:
    """Moves only when somebody sleeps, and then at once."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


class RealClock:
    """The machine's own, for `dev`."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
