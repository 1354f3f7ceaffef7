"""Put what was added up on `hub.indicators`, and on the gauges that Prometheus reads."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog

from hub.control.deadlines import deadlines
from hub.directory.organisations import legal_day
from hub.indicators.deadlines import forecast
from hub.io.admission import utc_now
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.topics import INDICATORS
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.io.sql.views_queries import ViewsQueries, Window, day_start, shares
from hub.io.waiting import wait_for
from hub.ports import Fenced, Refusing, Unavailable
from hub.views.gauges import Gauges
from hub.views.loop import Adder
from hub.views.prune import Pruner

EVERY_SECONDS: Final = 5.0
"""Between two looks for counts that changed."""
SHARES_SECONDS: Final = 60.0
"""Between two rounds of shares: they read all matters of a month."""
AT_ONCE: Final = 500
"""Counts in one transaction."""
DAYS: Final = 31
"""Days that the shares look back."""
PRUNE_BEHIND_SECONDS: Final = 3_600
"""Views that are further behind forget nothing: the word that keeps a matter may be unread."""

_log = structlog.get_logger("views")


class IndicatorWriter:
    """Appends to the compacted topic; the last value of a key counts."""

    def __init__(self, connection: KafkaConnection, member: str, topic: str = INDICATORS) -> None:
        self._writer = TransactionalWriter(connection, f"hub-indicators-{member}")
        self._topic, self._open = topic, False

    async def write(self, values: Mapping[str, Any]) -> None:
        """Write values by key, None to take a key away; return once they are durable.

        Raises:
            Fenced, Refusing, Unavailable: whether they were written is unknown: write them again.
        """
        if not self._open:
            await self._writer.open()
            self._open = True
        records = [
            Output(topic=self._topic, partition=0, key=key.encode(), value=_bytes(value))
            for key, value in values.items()
        ]
        try:
            await self._writer.write(records, {}, "")
        except (Fenced, Refusing, Unavailable):
            self._open = False
            raise

    async def stop(self) -> None:
        """Let go of the producer."""
        await self._writer.discard()


def _bytes(value: Any) -> bytes | None:
    # No value is Kafka's word for a key that compaction may forget.
    return None if value is None else orjson.dumps(value)


class Publisher:
    """Brings `hub.indicators` and the gauges up to what SQL holds, again and again."""

    def __init__(
        self,
        adder: Adder,
        queries: ViewsQueries,
        writer: IndicatorWriter,
        gauges: Gauges,
        pruner: Pruner | None = None,
    ) -> None:
        self._adder, self._queries = adder, queries
        self._writer, self._gauges, self._pruner = writer, gauges, pruner
        self._shared: datetime | None = None
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until `stop`. What was not told stays marked so, and goes with the next."""
        self._stop = stop
        try:
            while not stop.is_set():
                try:
                    await self.round()
                except (Unavailable, Refusing, Fenced) as error:
                    _log.warning("indicators_wait", cause=str(error))
                await wait_for(stop, EVERY_SECONDS)
        finally:
            await self._writer.stop()

    async def round(self) -> None:
        """Tell all counts that changed, and once a minute the shares.

        While the views are made anew nothing is told: what stands on the topic is from before, and
        whole; what a rebuild has found so far is not.

        Raises:
            Fenced, Refusing, Unavailable: Kafka or SQL is away.
        """
        if await self._adder.rebuild() is not None:
            return
        now = utc_now()
        # Before anything is told: what a rebuild has brought back may be too old to be told.
        await self._prune(now)
        while cells := await self._adder.untold(AT_ONCE):
            await self._writer.write({cell.key: cell.value for cell in cells})
            # Marked after it is durable: a crash in between tells the same again.
            await self._adder.mark_told(cells)
        self._gauges.waits(await self._queries.oldest(), now)
        self._gauges.heard(await self._queries.connectors(), now)
        if self._shared is None or (now - self._shared).total_seconds() >= SHARES_SECONDS:
            await self._tell_shares(now)
            self._shared = now

    async def _prune(self, now: datetime) -> None:
        if self._pruner is None or not self._pruner.is_due(now):
            return
        status = await self._queries.status()
        if status is not None and status["lag_seconds"] < PRUNE_BEHIND_SECONDS:
            await self._pruner.round(now, self._writer.write, self._stop)

    async def _tell_shares(self, now: datetime) -> None:
        last = legal_day(now)
        window = Window(
            since=day_start(last - timedelta(days=DAYS)), until=day_start(last + timedelta(days=1))
        )
        timely = await self._queries.timeliness(window, now)
        told = {
            "late": shares(timely, "late", "closed"),
            "online": shares(await self._queries.online(window), "online"),
            "satisfied": shares(await self._queries.satisfaction(window), "satisfied"),
        }
        self._gauges.overdue.set(sum(row["overdue"] for row in timely))
        self._gauges.due(forecast(await deadlines(self._queries, now), now))
        for what, levels in told.items():
            self._gauges.shares(what, levels)
        values = {
            f"shares/{what}": {"v": 1, "at": now, "days": DAYS, "levels": levels}
            for what, levels in told.items()
        }
        await self._writer.write(values)
