"""The recorder process: from `hub.audit` to the search projection."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.cli import environment, log_keeping, logs, wiring
from hub.cli.errors import CommandFailed
from hub.cli.home import Home, Identity
from hub.cli.hosts.host import Host, metrics_registry
from hub.io.admission import utc_now
from hub.io.anchor_files import AnchorFiles
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.inbox_heads import InboxHeads
from hub.io.kafka.log_feed import LogFeed
from hub.io.log_files import LogFiles
from hub.io.object_bytes import ObjectBytes
from hub.io.settings import IoSettings
from hub.io.sql.engine import open_blocking_engine, open_engine, opened
from hub.io.sql.log_anchors import AnchorTable
from hub.io.sql.log_heads import LogHeads
from hub.ports import Refusing, Unavailable
from hub.recorder import inbox_janitor, janitor
from hub.recorder import main as recorder
from hub.recorder.log import anchor_index
from hub.recorder.log import main as log
from hub.recorder.log.anchor_index import RebuiltAnchors
from hub.recorder.log.anchors import AnchorParts, Anchors
from hub.recorder.log.metrics import AnchorMetrics, LogMetrics
from hub.recorder.log.writer import LogParts
from hub.recorder.settings import RecorderSettings

NICENESS: Final = 10
"""Of 19: a tenth of the share of a process that is not nice, and all that is left over."""


async def run(host: Host) -> None:
    """Record until told to stop. Broker or SQL away: it waits, and goes on where it stood."""
    # Nobody waits for the views: on a busy machine the messages go first.
    os.nice(NICENESS)
    settings = environment.read(RecorderSettings)
    registry = metrics_registry(settings.metrics_port)
    store = ObjectBytes(wiring.objects_url(host.settings, host.home))
    tidied = open_engine(wiring.sql_url(host.settings, host.home))
    parts = _log_parts(host.settings, host.home, host.identity, tidied, registry)
    try:
        async with (
            _opened(host.settings, host.home, host.identity) as (reader, engine),
            asyncio.TaskGroup() as group,
        ):
            group.create_task(janitor.run(tidied, store, utc_now, host.stop))
            group.create_task(
                inbox_janitor.run(
                    InboxHeads(wiring.kafka(host.settings)),
                    tidied,
                    timedelta(days=settings.seek_days),
                    utc_now,
                    host.stop,
                )
            )
            group.create_task(log.run(parts, host.stop))
            anchors = _anchors(host, settings, tidied, registry)
            group.create_task(anchors.run(host.stop, settings.anchor_seconds))
            host.ready.set()
            await recorder.run(reader, engine, registry, host.stop)
    finally:
        await tidied.dispose()


async def rebuild_projection(chosen: Path | None) -> recorder.Rebuilt:
    """Make the projection anew; return how much was recorded.

    Raises:
        CommandFailed: Kafka or SQL does not answer.
    """
    home = environment.home(chosen)
    logs.configure("rebuild", level="WARNING")
    try:
        async with _opened(environment.read(IoSettings), home, home.identity()) as (reader, engine):
            return await recorder.rebuild(reader, engine)
    except (Unavailable, Refusing) as error:
        raise CommandFailed(f"{error}. Nothing is lost: run it again.") from error


async def rebuild_log(chosen: Path | None) -> log.Rebuilt:
    """Make the log's files anew; return how much was logged.

    Raises:
        CommandFailed: Kafka, SQL or the object store does not answer, or the log would contradict
            what was signed.
    """
    home, settings = environment.home(chosen), environment.read(IoSettings)
    logs.configure("rebuild", level="WARNING")
    try:
        async with opened(wiring.sql_url(settings, home)) as engine:
            parts = _log_parts(settings, home, home.identity(), engine, CollectorRegistry())
            return await log.rebuild(parts)
    except (Unavailable, Refusing) as error:
        raise CommandFailed(f"{error}. Nothing is lost: run it again.") from error


async def rebuild_anchors(chosen: Path | None) -> RebuiltAnchors:
    """Make the table of anchors anew from their files; return what was found.

    Raises:
        CommandFailed: SQL or the object store does not answer, or a file is damaged.
    """
    home, settings = environment.home(chosen), environment.read(IoSettings)
    logs.configure("rebuild", level="WARNING")
    try:
        async with opened(wiring.sql_url(settings, home)) as engine:
            files = AnchorFiles(ObjectBytes(wiring.objects_url(settings, home)))
            return await anchor_index.rebuild(files, AnchorTable(engine))
    except (Unavailable, Refusing) as error:
        raise CommandFailed(f"{error}. Nothing is lost: run it again.") from error


def _log_parts(
    settings: IoSettings,
    home: Home,
    identity: Identity,
    engine: AsyncEngine,
    registry: CollectorRegistry,
) -> LogParts:
    signer = log_keeping.log_signer(identity.hub, settings, home)
    return LogParts(
        feed=LogFeed(wiring.kafka(settings), identity.partitions),
        files=LogFiles(ObjectBytes(wiring.objects_url(settings, home))),
        heads=LogHeads(engine, utc_now),
        signer_of=signer.of_shard,
        metrics=LogMetrics(registry),
    )


def _anchors(
    host: Host, settings: RecorderSettings, engine: AsyncEngine, registry: CollectorRegistry
) -> Anchors:
    store = ObjectBytes(wiring.objects_url(host.settings, host.home))
    return Anchors(
        AnchorParts(
            shards=host.identity.partitions,
            logs=LogFiles(store),
            files=AnchorFiles(store),
            table=AnchorTable(engine),
            signer=log_keeping.log_signer(host.identity.hub, host.settings, host.home),
            witnesses=log_keeping.witnesses(settings),
            stamping=log_keeping.stamping(settings),
            clock=utc_now,
            metrics=AnchorMetrics(registry),
        )
    )


@contextlib.asynccontextmanager
async def _opened(
    settings: IoSettings, home: Home, identity: Identity
) -> AsyncIterator[tuple[AuditReader, Engine]]:
    reader = AuditReader(wiring.kafka(settings), identity.partitions)
    engine = open_blocking_engine(wiring.sql_url(settings, home))
    try:
        yield reader, engine
    finally:
        await asyncio.to_thread(engine.dispose)
