"""The workers: what is due is judged, and the router is told."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from hub.decision.document_checks import DocumentCheck
from hub.decision.order_record import Do, Found, Order
from hub.decision.rows import Key
from hub.documents.metrics import DocumentsMetrics
from hub.io.backoff import Backoff
from hub.io.kafka.orders import GivesOrders, RecordGone
from hub.io.sql.document_checks import DocumentCheckStore
from hub.ports import Unavailable

AGAIN: Final = timedelta(minutes=10)
"""When an order is given again whose effect has not shown: the router may be away for so long."""

GONE_FOR: Final = timedelta(days=1)
"""When a message is looked for again whose record is not there."""

IDLE_SECONDS: Final = 1.0
"""Between two looks while nothing is noted: what becomes due by the time is so much late."""

_log = structlog.get_logger("documents")


class Judges(Protocol):
    """Who judges all documents of a message."""

    async def found(self, check: DocumentCheck) -> tuple[Found, ...]:
        """Return what was found out about each document.

        Raises:
            Unavailable: a store does not answer.
        """
        ...


class Working:
    """Works off what is due, a bounded number at once: the others wait in SQL."""

    def __init__(
        self,
        store: DocumentCheckStore,
        judges: Judges,
        orders: GivesOrders,
        noted: asyncio.Event,
        clock: Callable[[], datetime],
        metrics: DocumentsMetrics,
    ) -> None:
        self._store, self._judges, self._orders = store, judges, orders
        self._noted, self._clock, self._metrics = noted, clock, metrics
        self._under_way: set[Key] = set()
        self._choosing = asyncio.Lock()

    async def run(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Work until `stop`, one check after the other; run several for more at once."""
        while not stop.is_set():
            try:
                if not await self.turn():
                    await self._idle(stop)
                backoff.reset()
            except Unavailable as error:
                _log.warning("documents_unavailable", cause=str(error))
                await backoff.wait(stop)

    async def turn(self) -> bool:
        """Do what is due next; say whether there was anything.

        Raises:
            Unavailable: a store or Kafka does not answer; it stays due.
        """
        check = await self._next()
        if check is None:
            return False
        try:
            await self._do(check)
        finally:
            self._under_way.discard((check.source, check.id))
        return True

    async def watch(self, stop: asyncio.Event) -> None:
        """Keep the gauges until `stop`."""
        while not stop.is_set():
            try:
                awaited, review = await asyncio.to_thread(self._store.waiting)
                self._metrics.waiting.set(awaited)
                self._metrics.review.set(review)
            except Unavailable as error:
                _log.warning("documents_unavailable", cause=str(error))
            await _either(stop, stop, 10 * IDLE_SECONDS)

    async def _next(self) -> DocumentCheck | None:
        async with self._choosing:
            self._noted.clear()
            limit = len(self._under_way) + 1
            due = await asyncio.to_thread(self._store.due, self._clock(), limit)
            for check in due:
                key = (check.source, check.id)
                if key not in self._under_way:
                    self._under_way.add(key)
                    return check
        return None

    async def _idle(self, stop: asyncio.Event) -> None:
        if not self._noted.is_set():
            await _either(self._noted, stop, IDLE_SECONDS)

    async def _do(self, check: DocumentCheck) -> None:
        order = await self._order(check)
        try:
            # Invariant 1: it is put off only once the order is durable; dying here repeats it.
            await self._orders.give(check.partition, check.offset, order)
            self._metrics.given(order)
            wait = AGAIN
        except RecordGone as error:
            _log.error("record_of_held_message_gone", place=str(error))
            wait = GONE_FOR
        await asyncio.to_thread(self._store.put_off, check, self._later(check, wait))

    def _later(self, check: DocumentCheck, wait: timedelta) -> datetime:
        now = self._clock()
        if check.until <= now:
            return now + wait
        return check.until if check.review else min(now + wait, check.until)

    async def _order(self, check: DocumentCheck) -> Order:
        over = check.held and self._clock() >= check.until
        if over or not check.verdict_awaited:
            return Order(do=Do.LOOK, source=check.source, id=check.id)
        with self._metrics.seconds.time():
            found = await self._judges.found(check)
        self._metrics.judged(found)
        return Order(do=Do.TELL, source=check.source, id=check.id, found=found)


async def _either(first: asyncio.Event, second: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (first, second)]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
