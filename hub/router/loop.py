"""The loop: read, decide, commit. The only writer of decisions."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from lgsp_message.values import Place

from hub.decision.rules import Rules
from hub.io.backoff import Backoff
from hub.io.kafka.router_bus import RouterBus
from hub.io.kafka.router_records import Held, Outcome, Record
from hub.io.tracing import Tracing
from hub.ports import Refusing, Unavailable
from hub.router.batch import Batch, examine_all, settle_all
from hub.router.metrics import RouterMetrics
from hub.router.traces import Decided

MAX_HELD: Final = 20
"""More held messages than this within `HELD_WINDOW` are not bad messages but a bad hub: stop."""

HELD_WINDOW: Final = timedelta(minutes=10)

NARROWING: Final = 8
"""Into how many parts a refused batch is cut: four rounds find one record among 2,000."""

_log = structlog.get_logger("router")


class TooManyHeld(Exception):
    """Too many messages failed by a fault of the hub's own; an operator must look."""


class Router:
    """One router over its bus: recovers from what the world does, stops for what it must not."""

    def __init__(
        self,
        bus: RouterBus,
        rules: Callable[[], Rules],
        clock: Callable[[], datetime],
        metrics: RouterMetrics,
        tracing: Tracing | None = None,
    ) -> None:
        self._bus, self._rules, self._clock, self._metrics = bus, rules, clock, metrics
        self._tracing = tracing
        self._condemned: dict[Place, str] = {}
        self._chunk = 0
        """Records per transaction while a refused one is looked for; 0: the whole batch."""
        self._held: deque[datetime] = deque()

    async def run(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Serve until `stop`, reopening the bus after every fault.

        Raises:
            Fenced: another process owns the partitions now.
            TooManyHeld: see `MAX_HELD`.
        """
        try:
            while not stop.is_set():
                try:
                    await self._bus.open()
                    _log.info("router_open", partitions=len(self._bus.owned))
                    await self._serve(stop, backoff)
                except Unavailable as error:
                    _log.warning("router_unavailable", cause=str(error))
                    await backoff.wait(stop)
        finally:
            await self._bus.close()

    async def _serve(self, stop: asyncio.Event, backoff: Backoff) -> None:
        ahead = asyncio.create_task(self._examine_next())
        try:
            while not stop.is_set():
                batch = await ahead
                # The next batch is read and examined while this one commits.
                ahead = asyncio.create_task(self._examine_next())
                if batch is not None and not await self._finish(batch):
                    return
                backoff.reset()
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _examine_next(self) -> Batch | None:
        records = await self._bus.collect()
        if not records:
            return None
        return await examine_all(records, self._rules(), self._clock())

    async def _finish(self, batch: Batch) -> bool:
        """Settle and commit; say whether the bus is still open."""
        work = await settle_all(batch, self._bus.seen, self._condemned)
        traces = None if self._tracing is None else Decided(self._tracing, batch.now)
        if traces is not None:
            work = traces.begin(work)
        size = self._chunk or len(work)
        for start in range(0, len(work), size):
            part = work[start : start + size]
            try:
                await self._commit(part)
            except Refusing as refusal:
                self._isolate(part, refusal)
                return False
            if traces is not None:
                traces.committed(part)
        self._chunk = 0
        return True

    async def _commit(self, work: Sequence[tuple[Record, Outcome]]) -> None:
        # Invariant 2: decisions and positions in one transaction; dying here repeats the batch.
        await self._bus.commit(work)
        now = self._clock()
        self._metrics.committed([outcome for _, outcome in work], now)
        for record, outcome in work:
            if isinstance(outcome, Held):
                self._condemned.pop(record.place, None)
                self._count_held(now, outcome)

    def _isolate(self, part: Sequence[tuple[Record, Outcome]], refusal: Refusing) -> None:
        """The broker refuses something for good: narrow it down to one record, and hold that.

        Nothing of `part` was written. The bus is opened again, so the producer that was refused
        does not poison the next message.
        """
        if refusal.topics:
            # Not the record's fault: its delivery to that inbox goes to `hub.retry`.
            _log.warning("inbox_forbidden", topics=sorted(refusal.topics))
        elif len(part) > 1:
            self._chunk = max(1, len(part) // NARROWING)
            _log.warning("batch_narrowed", size=self._chunk, cause=str(refusal))
        else:
            place = part[0][0].place
            self._condemned[place] = "refused_by_broker"
            _log.error("message_refused_by_broker", offset=place.offset, cause=str(refusal))

    def _count_held(self, now: datetime, outcome: Held) -> None:
        self._held.append(now)
        while self._held[0] < now - HELD_WINDOW:
            self._held.popleft()
        _log.error("held", reason=outcome.event.reason)
        if len(self._held) > MAX_HELD:
            raise TooManyHeld(
                f"{len(self._held)} messages held within {HELD_WINDOW}: the hub is at fault. "
                "Look at `hub quarantine list`, repair, start the router again."
            )
