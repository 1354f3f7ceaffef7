"""Objects of deliveries: here before the delivery that refers to them is handed over."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from lgsp_adapter import Reject
from lgsp_client import HubRefused

from lgsp_edge.arrivals import Arrival
from lgsp_edge.errors import SpoolFull
from lgsp_edge.line import Away
from lgsp_edge.lines import Lines

FETCH_SECONDS: Final = 5.0
"""Pause before an object is asked for again."""


class Gather(Protocol):
    """Fetches objects before the delivery that refers to them is handed over."""

    async def __call__(self, hashes: Sequence[str]) -> None:
        """Return once all are here.

        Raises:
            Away: the line broke.
            HubRefused: we may not have one.
        """
        ...


class Fetching:
    """Fetches side by side: a large file takes hours on a poor line, and all other keys pass."""

    def __init__(
        self,
        gather: Gather,
        lines: Lines,
        bury: Callable[[Arrival, Reject], Awaitable[None]],
        wake: Callable[[], None],
    ) -> None:
        self._gather, self._lines, self._bury, self._wake = gather, lines, bury, wake
        self._here: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.failure: BaseException | None = None
        """What ended a task and is nobody's word: the sink stops with it."""

    def complete(self, entry: Arrival, hashes: Sequence[str]) -> bool:
        """Say whether all objects are here; else begin to fetch them: the entry comes back."""
        if not hashes or entry.seq in self._here:
            return True
        task = asyncio.create_task(self._fetch(entry, hashes))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return False

    def forget(self, entry: Arrival) -> None:
        """Let go of one that is settled."""
        self._here.discard(entry.seq)

    async def stop(self) -> None:
        """End what is under way; what has come stays."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _fetch(self, entry: Arrival, hashes: Sequence[str]) -> None:
        try:
            await self._gather(hashes)
        except (Away, SpoolFull) as trouble:
            self._lines.words = f"đang chờ tệp / waiting for an object: {trouble}"
            self._lines.later(entry, asyncio.get_running_loop().time() + FETCH_SECONDS)
        except HubRefused as refused:
            await self._bury(entry, Reject("object_missing", str(refused.reason)))
        else:
            self._here.add(entry.seq)
            self._lines.later(entry, asyncio.get_running_loop().time())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failure = self.failure or error
        self._wake()
