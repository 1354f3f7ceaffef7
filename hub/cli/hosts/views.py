"""The views process: from `hub.audit` to indicators."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.cli import environment, logs, wiring
from hub.cli.errors import CommandFailed
from hub.cli.home import Home
from hub.cli.hosts.host import Host, metrics_registry
from hub.control.alerts import Alerts
from hub.io.admission import utc_now
from hub.io.disk import Disk
from hub.io.faust_audit import FaustAudit
from hub.io.kafka.audit_reader import AuditReader
from hub.io.settings import IoSettings
from hub.io.sql.engine import open_blocking_engine, opened
from hub.io.sql.views_pruning import Pruning
from hub.io.sql.views_queries import ViewsQueries
from hub.ports import Refusing, Unavailable
from hub.views import channels
from hub.views import main as views
from hub.views.gauges import Gauges
from hub.views.metrics import WatchMetrics
from hub.views.prune import Pruner
from hub.views.publish import IndicatorWriter, Publisher
from hub.views.settings import ViewsSettings
from hub.views.watch import Watch

NICENESS: Final = 10
"""Of 19, as the recorder: on a busy machine the messages go first."""
GROUP: Final = "hub-views"
"""The consumer group of the views, which is also the name of the Faust app."""


async def run(host: Host) -> None:
    """Add up until told to stop. Broker or SQL away: it waits, and goes on where it stood."""
    os.nice(NICENESS)
    settings = environment.read(ViewsSettings)
    connection, folder = wiring.kafka(host.settings), host.home.run / "faust"
    stream = FaustAudit(connection, group=GROUP, member=settings.member, folder=folder)
    registry = metrics_registry(settings.metrics_port)
    partitions = host.identity.partitions
    with _engine(host.settings, host.home) as engine:
        async with (
            opened(wiring.sql_url(host.settings, host.home)) as reading,
            _watch(host, settings, reading, registry) as watch,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(watch.run(host.stop))
            writer = IndicatorWriter(wiring.kafka(host.settings), settings.member)
            queries, gauges = ViewsQueries(reading), Gauges(registry)
            keep = timedelta(days=settings.keep_days)
            await views.run(
                stream,
                engine,
                partitions,
                registry,
                host.stop,
                host.ready,
                publish=lambda adder: Publisher(
                    adder, queries, writer, gauges, Pruner(adder, Pruning(engine), keep)
                ),
            )


@contextlib.asynccontextmanager
async def _watch(
    host: Host, settings: ViewsSettings, engine: AsyncEngine, registry: CollectorRegistry
) -> AsyncIterator[Watch]:
    hub, url = host.identity.hub, settings.heartbeat_url
    async with channels.open_outside(settings) as client:
        yield Watch(
            Alerts(engine, utc_now),
            ViewsQueries(engine),
            channels.ways(hub, settings, client),
            utc_now,
            disk=Disk(host.home.root),
            heartbeat=channels.Heartbeat(hub, url, client) if url else None,
            metrics=WatchMetrics(registry),
        )


async def rebuild_views(chosen: Path | None) -> views.Rebuilt:
    """Make the views anew; return how much was added up.

    Raises:
        CommandFailed: Kafka or SQL does not answer.
    """
    home = environment.home(chosen)
    logs.configure("rebuild", level="WARNING")
    settings = environment.read(IoSettings)
    reader = AuditReader(wiring.kafka(settings), home.identity().partitions)
    try:
        with _engine(settings, home) as engine:
            return await views.rebuild(reader, engine)
    except (Unavailable, Refusing) as error:
        raise CommandFailed(f"{error}. Nothing is lost: run it again.") from error


@contextlib.contextmanager
def _engine(settings: IoSettings, home: Home) -> Iterator[Engine]:
    engine = open_blocking_engine(wiring.sql_url(settings, home))
    try:
        yield engine
    finally:
        engine.dispose()
