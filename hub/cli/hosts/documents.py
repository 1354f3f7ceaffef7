"""The process `documents`: what policies demand is judged, and the router is told."""

import asyncio
import os
from contextlib import AsyncExitStack
from typing import Final

from hub.cli import authorities, environment, networks, wiring
from hub.cli.hosts.host import Host, metrics_registry
from hub.cli.waiting import unless
from hub.documents import main as documents
from hub.documents.authorities import Authorities, roots_of
from hub.documents.judging import Judging
from hub.documents.settings import DocumentsSettings
from hub.io.admission import utc_now
from hub.io.judge_pool import JudgeLimits, JudgePool
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.ingress_record import IngressRecords
from hub.io.kafka.orders import Orders
from hub.io.kafka.rules_log import RulesFollower
from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects
from hub.io.sql.document_checks import DocumentCheckStore
from hub.io.sql.engine import open_blocking_engine, opened

NICENESS: Final = 10
"""Of 19, as the recorder: what is judged may wait a little, what is admitted may not."""


async def run(host: Host) -> None:
    """Judge until told to stop. It begins once it has read the rules."""
    os.nice(NICENESS)
    settings, macs = environment.read(DocumentsSettings), host.home.macs()
    registry, trust = metrics_registry(settings.metrics_port), authorities.trust()
    connection, partitions = wiring.kafka(host.settings), host.identity.partitions
    url = wiring.sql_url(host.settings, host.home)
    follower = RulesFollower(connection, host.identity.hub, macs)
    writer, records = IngressWriter(connection, partitions), IngressRecords(connection)
    async with AsyncExitStack() as stack:
        blocking = open_blocking_engine(url)
        stack.push_async_callback(asyncio.to_thread, blocking.dispose)
        engine = await stack.enter_async_context(opened(url))
        pool = await stack.enter_async_context(JudgePool(JudgeLimits(workers=settings.at_once)))
        for part in (follower, writer, records):
            stack.push_async_callback(part.stop)
        if not await unless(host.stop, follower.start()):
            return
        await writer.start()
        judges = Judging(
            Objects(engine, ObjectBytes(wiring.objects_url(host.settings, host.home)), utc_now),
            pool,
            Authorities(trust, authorities.fetcher(networks.network_rules()), utc_now),
            lambda at: roots_of(trust, at),
            lambda: follower.current,
        )
        host.ready.set()
        await documents.run(
            AuditReader(connection, partitions),
            DocumentCheckStore(blocking),
            host.stop,
            judges=judges,
            orders=Orders(records, writer, macs),
            clock=utc_now,
            registry=registry,
            at_once=settings.at_once,
        )
