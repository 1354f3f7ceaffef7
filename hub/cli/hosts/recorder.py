"""The recorder process: from `hub.audit` to the search projection."""

import asyncio

from hub.cli import wiring
from hub.cli.hosts.host import Host, metrics_registry
from hub.io.kafka.audit_reader import AuditReader
from hub.io.sql.engine import open_blocking_engine
from hub.recorder import main as recorder
from hub.recorder.settings import RecorderSettings


async def run(host: Host) -> None:
    """Record until told to stop. Broker or SQL away: it waits, and goes on where it stood."""
    registry = metrics_registry(wiring.read(RecorderSettings).metrics_port)
    reader = AuditReader(wiring.kafka(host.settings), host.identity.partitions)
    engine = open_blocking_engine(wiring.sql_url(host.settings, host.home))
    try:
        host.ready.set()
        await recorder.run(reader, engine, registry, host.stop)
    finally:
        await asyncio.to_thread(engine.dispose)
