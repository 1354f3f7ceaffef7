"""The views' loop: each batch of audit events becomes one SQL transaction."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, TypeVar

import structlog

from hub.io.backoff import Backoff
from hub.io.faust_audit import FaustAudit
from hub.io.kafka.audit_reader import AuditBatch
from hub.io.sql.views import Views
from hub.io.sql.views_rebuild import Rebuild, rebuild
from hub.io.sql.views_told import ToldCounts, Untold
from hub.ports import Unavailable
from hub.views.metrics import ViewsMetrics, lag_seconds

_P = ParamSpec("_P")
_T = TypeVar("_T")
_log = structlog.get_logger("views")


class Adder:
    """Adds batches to the views. One thread, so that batches are one after the other."""

    def __init__(self, views: Views, partitions: int, metrics: ViewsMetrics) -> None:
        self._views, self._metrics = views, metrics
        self._told = ToldCounts(views.engine)
        self._partitions = range(partitions)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="views")
        self.last_written: datetime | None = None
        """When the last added record was written."""

    async def positions(self) -> Mapping[int, int]:
        """Return where to read on.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self.blocking(self._views.positions, self._partitions)

    async def add(self, batch: AuditBatch) -> bool:
        """Add one batch; False: somebody else has added meanwhile.

        Raises:
            Unavailable: SQL does not answer; whether it was added, the positions know.
        """
        # Invariant 1: the position moves with the counts, in one transaction.
        with self._metrics.batch_seconds.time():
            added = await self.blocking(self._views.record, batch.records, batch.start, batch.end)
        if added is None:
            return False
        self._metrics.events.inc(len(batch.records))
        self._metrics.added(added)
        self.last_written = max(record.written_at for record in batch.records)
        return True

    async def clear(self, now: datetime) -> None:
        """Empty the views: a rebuild begins.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self.blocking(self._views.clear, now)

    async def reached(self) -> None:
        """Say that a rebuild has read everything there is.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self.blocking(self._views.reached)

    async def rebuild(self) -> Rebuild | None:
        """Return the rebuild that is under way, if one is; the metrics tell of it too.

        Raises:
            Unavailable: SQL does not answer.
        """
        found = await self.blocking(rebuild, self._views.engine)
        self._metrics.rebuild(found)
        return found

    async def say(self, now: datetime, unread: int) -> None:
        """Write down how far behind the views are.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self.blocking(
            self._views.say, now, unread, lag_seconds(unread, self.last_written, now)
        )

    async def untold(self, limit: int) -> list[Untold]:
        """Return counts that changed since they were told.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self.blocking(self._told.untold, limit)

    async def mark_told(self, cells: list[Untold]) -> None:
        """Note that these counts were told.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self.blocking(self._told.mark_told, cells)

    async def close(self) -> None:
        """Wait for the running transaction."""
        await asyncio.to_thread(self._thread.shutdown)

    async def blocking(self, work: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
        """Do blocking work after what is under way."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **options))


async def follow(
    stream: FaustAudit, adder: Adder, stop: asyncio.Event, running: asyncio.Event, backoff: Backoff
) -> None:
    """Add batches until `stop`, from the stored positions again after every fault.

    Raises:
        Refusing: the audit topic is not the one that was added up.
    """
    while not stop.is_set():
        try:
            await stream.run(adder.positions, adder.add, stop, running)
            backoff.reset()
        except Unavailable as error:
            _log.warning("views_unavailable", cause=str(error))
            await backoff.wait(stop)
