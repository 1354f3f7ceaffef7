"""The reader: `hub.audit` becomes the list of checks that are to be done."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from hub.decision.document_checks import is_about_documents
from hub.io.backoff import Backoff
from hub.io.kafka.audit_reader import AuditReader
from hub.io.sql.document_checks import DocumentCheckStore
from hub.ports import Refusing, Unavailable

SAVE_SECONDS: Final = 10.0
"""How often the position is saved while nothing is about documents: so much is read again."""

_log = structlog.get_logger("documents")


class Reading:
    """Brings the list of checks up to the end of `hub.audit` and keeps it there."""

    def __init__(
        self,
        reader: AuditReader,
        store: DocumentCheckStore,
        noted: asyncio.Event,
        seconds: Callable[[], float],
    ) -> None:
        """`noted` is set when there is something new to do. `seconds`: a steady clock."""
        self._reader, self._store, self._noted, self._seconds = reader, store, noted, seconds
        self._start: dict[int, int] = {}
        self._end: dict[int, int] = {}
        self._saved = seconds()

    async def run(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Read until `stop`, from the stored positions again after every fault."""
        try:
            while not stop.is_set():
                try:
                    await self._open()
                    while not stop.is_set() and await self._step():
                        backoff.reset()
                except Unavailable as error:
                    _log.warning("documents_unavailable", cause=str(error))
                    await backoff.wait(stop)
        finally:
            await self._reader.close()

    async def _open(self) -> None:
        positions = await asyncio.to_thread(self._store.positions, self._reader.partitions)
        self._start, self._end = dict(positions), {}
        try:
            await self._reader.open(positions)
        except Refusing as error:
            # The list is made from the topic and from nothing else: of a new topic a new list.
            _log.error("documents_begin_anew", cause=str(error))
            await asyncio.to_thread(self._store.clear)
            raise Unavailable("the checks are made anew") from error

    async def _step(self) -> bool:
        """Take the next records; say whether the positions are still this process's own."""
        batch = await self._reader.read()
        events = [
            record.event
            for record in batch.records
            if record.event is not None and is_about_documents(record.event)
        ]
        self._end |= batch.end
        if not events and self._seconds() < self._saved + SAVE_SECONDS:
            return True
        if self._end and not await asyncio.to_thread(
            self._store.record, events, self._start, self._end
        ):
            _log.warning("read_by_somebody_else")
            return False
        self._start |= self._end
        self._end, self._saved = {}, self._seconds()
        if events:
            self._noted.set()
        return True
