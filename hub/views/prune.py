"""Forget old figures: first on `hub.indicators`, then in SQL, a slice at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from hub.directory.organisations import legal_day
from hub.io.sql.views_pruning import SLICE, Pruning
from hub.io.sql.views_told import key_of
from hub.views.loop import Adder

EVERY: Final = timedelta(hours=1)
"""Between two rounds. What goes is years old, so an hour more or less is nothing."""
SLICES: Final = 200
"""Most slices of one round: 100,000 rows; a larger heap goes hour by hour."""
OPEN_FACTOR: Final = 2
"""How many times longer a matter is kept that is open and has a limit."""

Write = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Puts values on `hub.indicators`, durably; None takes a key away."""

_log = structlog.get_logger("views")


class Pruner:
    """Forgets what is older than `keep`."""

    def __init__(self, adder: Adder, pruning: Pruning, keep: timedelta) -> None:
        self._adder, self._pruning, self._keep = adder, pruning, keep
        self._last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Say whether the next round is due."""
        return self._last is None or now - self._last >= EVERY

    async def round(self, now: datetime, write: Write, stop: asyncio.Event) -> int:
        """Forget what is old, at most `SLICES` slices; return how many counts and matters.

        The caller sees to it that the views are whole and not far behind: a matter whose newest
        facts are not added yet would look old.

        Raises:
            Fenced, Refusing, Unavailable: Kafka or SQL is away; the next round goes on.
        """
        before = now - self._keep
        gone = await self._counts(before, write, stop) + await self._matters(now, stop)
        await self._adder.blocking(self._pruning.forget_samples, legal_day(before))
        self._last = now
        if gone:
            _log.info("old_figures_forgotten", rows=gone, before=before.isoformat())
        return gone

    async def _counts(self, before: datetime, write: Write, stop: asyncio.Event) -> int:
        gone = 0
        for _ in range(SLICES):
            cells = await self._adder.blocking(self._pruning.old_counts, before)
            if not cells or stop.is_set():
                break
            # The topic first: a crash in between finds the rows, and takes the keys away again.
            await write({key_of(cell): None for cell in cells})
            await self._adder.blocking(self._pruning.forget_counts, cells)
            gone += len(cells)
        return gone

    async def _matters(self, now: datetime, stop: asyncio.Event) -> int:
        before, open_before = now - self._keep, now - OPEN_FACTOR * self._keep
        gone = 0
        for _ in range(SLICES):
            if stop.is_set():
                break
            some = await self._adder.blocking(self._pruning.forget_matters, before, open_before)
            gone += some
            if some < SLICE:
                break
        return gone
