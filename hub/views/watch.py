"""Look at the rules' observations again and again; tell what is to be told; beat while it goes."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from hub.control.alert_rows import Telling
from hub.control.alerts import Alerts
from hub.directory.organisations import legal_day
from hub.io.disk import Disk
from hub.io.sql.views_queries import ViewsQueries
from hub.io.waiting import wait_for
from hub.ports import Unavailable
from hub.views.channels import Heartbeat, NotTold, Way
from hub.views.metrics import WatchMetrics
from hub.views.observe import Observed, observe

EVERY_SECONDS: Final = 30.0
"""Between two rounds: the shortest alert is that much late."""
BEAT_SECONDS: Final = 60.0
"""Between two beats; the watcher outside should wait for at least three."""

_log = structlog.get_logger("alerts")


class Watch:
    """One process' share of alerting. Several may run: rounds are one by one in SQL."""

    def __init__(
        self,
        alerts: Alerts,
        queries: ViewsQueries,
        ways: Mapping[str, Way],
        clock: Callable[[], datetime],
        *,
        disk: Disk | None = None,
        heartbeat: Heartbeat | None = None,
        metrics: WatchMetrics | None = None,
    ) -> None:
        self._alerts, self._queries, self._ways = alerts, queries, ways
        self._clock, self._disk, self._heartbeat = clock, disk, heartbeat
        self._metrics = metrics or WatchMetrics(CollectorRegistry())
        self._beaten: datetime | None = None

    async def run(self, stop: asyncio.Event, every_seconds: float = EVERY_SECONDS) -> None:
        """Go round until `stop`. SQL that is away ends a round, and the heartbeat with it."""
        begun = False
        while not stop.is_set():
            try:
                if not begun:
                    await self._alerts.begin()
                    begun = True
                await self.round()
            except Unavailable as error:
                _log.warning("alerts_unavailable", cause=str(error))
            await wait_for(stop, every_seconds)

    async def round(self) -> None:
        """Look once, tell what is due, and beat.

        Raises:
            Unavailable: SQL is away.
        """
        now = self._clock()
        if self._disk is not None:
            await self._queries.sample_disk(legal_day(now), self._disk.free())
        observed = await self.observations(now)
        await self._alerts.round(observed.seen, observed.unknown)
        for telling in await self._alerts.due():
            await self._tell(telling)
        self._metrics.rounds.inc()
        # Last: it says that everything above has worked.
        await self._beat(now)

    async def observations(self, now: datetime) -> Observed:
        """Return what the rules are asked about.

        Raises:
            Unavailable: SQL is away.
        """
        return await observe(self._queries, now)

    async def _tell(self, telling: Telling) -> None:
        try:
            await self._ways[telling.channel.kind].tell(telling)
        except NotTold as error:
            self._metrics.notices.labels(telling.channel.kind, "failed").inc()
            _log.warning("notice_not_told", channel=telling.channel.name, cause=str(error))
            await self._alerts.failed(telling, str(error), for_good=error.for_good)
        else:
            # A crash before this line tells it again, under the same number.
            await self._alerts.told(telling)
            self._metrics.notices.labels(telling.channel.kind, "told").inc()

    async def _beat(self, now: datetime) -> None:
        if self._heartbeat is None:
            return
        if self._beaten is not None and (now - self._beaten).total_seconds() < BEAT_SECONDS:
            return
        try:
            await self._heartbeat.beat(now)
            self._beaten = now
            self._metrics.beats.labels("told").inc()
        except NotTold as error:
            self._metrics.beats.labels("failed").inc()
            _log.warning("heartbeat_failed", cause=str(error))
