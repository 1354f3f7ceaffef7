"""The recorder's loop: read a batch of audit events, record it in one SQL transaction."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, ParamSpec, TypeVar

import structlog

from hub.decision.rows import AuditRecord
from hub.io.backoff import Backoff
from hub.io.kafka.audit_reader import AuditBatch, AuditReader
from hub.io.sql.projection import Projection
from hub.ports import Unavailable
from hub.recorder.metrics import RecorderMetrics

MAX_ROWS: Final = 20_000
"""Most deliveries that one transaction makes: messages to all communes come one after the other."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_log = structlog.get_logger("recorder")


class Recorder:
    """Brings the projection up to the end of the audit topic and keeps it there."""

    def __init__(
        self,
        reader: AuditReader,
        projection: Projection,
        clock: Callable[[], datetime],
        metrics: RecorderMetrics,
    ) -> None:
        self._reader, self._projection = reader, projection
        self._clock, self._metrics = clock, metrics
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recorder")

    async def run(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Record until `stop`, from the stored positions again after every fault.

        Raises:
            Refusing: the audit topic is not the one that was recorded.
        """
        working = asyncio.create_task(self._work(stop, backoff))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        finally:
            # Whatever it waits for may be given up; a running transaction is `close`'s to await.
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)

    async def open(self) -> None:
        """Begin at the stored positions.

        Raises:
            Refusing, Unavailable: see `AuditReader.open`.
        """
        partitions = self._reader.partitions
        await self._reader.open(await self._blocking(self._projection.positions, partitions))
        self._metrics.missing.set(self._reader.missing)
        _log.info("recorder_open", partitions=len(partitions))

    async def clear(self) -> None:
        """Empty the projection.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self._blocking(self._projection.clear)

    async def step(self) -> int | None:
        """Record the next batch; return how many events it had.

        None: somebody else has recorded meanwhile, and the recorder must be opened again.

        Raises:
            Unavailable: Kafka or SQL does not answer; open again.
        """
        batch = await self._reader.read()
        for part in _parts(batch):
            # Invariant 1: the position moves with the rows, in one transaction.
            with self._metrics.batch_seconds.time():
                done = await self._blocking(
                    self._projection.record, part.records, part.start, part.end
                )
            if not done:
                _log.warning("recorded_by_somebody_else")
                return None
            self._metrics.recorded(part.records)
        if batch.records:
            last = max(record.written_at for record in batch.records)
            self._metrics.lag(await self._reader.lag(), last, self._clock())
        return len(batch.records)

    async def close(self) -> None:
        """Wait for the running transaction, then stop."""
        await asyncio.to_thread(self._thread.shutdown)
        await self._reader.close()

    async def _work(self, stop: asyncio.Event, backoff: Backoff) -> None:
        while not stop.is_set():
            try:
                await self.open()
                # None: opened again, to find the positions where somebody else has left them.
                while await self.step() is not None:
                    backoff.reset()
            except Unavailable as error:
                _log.warning("recorder_unavailable", cause=str(error))
                await backoff.wait(stop)

    async def _blocking(self, work: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
        # One thread: SQL's own waiting never stops the event loop, and order is kept.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **options))


def _parts(batch: AuditBatch) -> Iterator[AuditBatch]:
    """Cut a batch where it would make more than `MAX_ROWS` deliveries."""
    part: list[AuditRecord] = []
    start, weight = dict(batch.start), 0
    for record in batch.records:
        if part and weight + _weight(record) > MAX_ROWS:
            yield (cut := _part(part, start))
            start |= cut.end
            part, weight = [], 0
        part.append(record)
        weight += _weight(record)
    if part:
        yield _part(part, start)


def _part(records: list[AuditRecord], start: dict[int, int]) -> AuditBatch:
    end = {record.partition: record.offset + 1 for record in records}
    return AuditBatch(
        records=tuple(records), start={partition: start[partition] for partition in end}, end=end
    )


def _weight(record: AuditRecord) -> int:
    recipients = None if record.event is None else record.event.detail.get("recipients")
    return len(recipients) if isinstance(recipients, list) else 1
