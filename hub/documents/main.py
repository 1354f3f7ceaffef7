"""The process `documents`: the reader of `hub.audit` and the workers, side by side."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from prometheus_client import CollectorRegistry

from hub.documents.metrics import DocumentsMetrics
from hub.documents.reading import Reading
from hub.documents.working import Judges, Working
from hub.io.backoff import Backoff
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.orders import GivesOrders
from hub.io.sql.document_checks import DocumentCheckStore


async def run(
    reader: AuditReader,
    store: DocumentCheckStore,
    stop: asyncio.Event,
    *,
    judges: Judges,
    orders: GivesOrders,
    clock: Callable[[], datetime],
    registry: CollectorRegistry,
    at_once: int,
) -> None:
    """Judge what is demanded until `stop` is set; then finish what is under way and return."""
    noted = asyncio.Event()
    working = Working(store, judges, orders, noted, clock, DocumentsMetrics(registry))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Reading(reader, store, noted, time.monotonic).run(stop, Backoff()))
        tasks.create_task(working.watch(stop))
        for _ in range(at_once):
            tasks.create_task(working.run(stop, Backoff()))
