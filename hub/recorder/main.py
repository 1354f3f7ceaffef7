"""The recorder process: `hub.audit` becomes the search projection."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from hub.io.backoff import Backoff
from hub.io.kafka.audit_reader import AuditReader
from hub.io.sql.projection import Projection
from hub.recorder.loop import Recorder
from hub.recorder.metrics import RecorderMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild did."""

    events: int
    """Events recorded by this process; a running recorder may have recorded the others."""
    seconds: float


async def run(
    reader: AuditReader, engine: Engine, registry: CollectorRegistry, stop: asyncio.Event
) -> None:
    """Record until `stop` is set; then finish the running transaction and return.

    `engine` is a blocking one (`open_blocking_engine`): it is used in a thread.

    Raises:
        Refusing: the audit topic is not the one that was recorded.
    """
    recorder = Recorder(reader, Projection(engine), _now, RecorderMetrics(registry))
    try:
        await recorder.run(stop, Backoff())
    finally:
        await recorder.close()


async def rebuild(reader: AuditReader, engine: Engine) -> Rebuilt:
    """Empty the projection and record `hub.audit` from its beginning up to its end as of now.

    Meanwhile lists and states are incomplete: run it when few look at them. A running recorder
    need not be stopped: the two take turns, and each event is recorded once.

    Raises:
        Unavailable: Kafka or SQL does not answer; run it again.
    """
    began, events = time.monotonic(), 0
    recorder = Recorder(reader, Projection(engine), _now, RecorderMetrics(CollectorRegistry()))
    try:
        await recorder.clear()
        await recorder.open()
        ends = await reader.ends()
        while not await reader.has_reached(ends):
            count = await recorder.step()
            if count is None:
                await recorder.open()
            events += count or 0
    finally:
        await recorder.close()
    return Rebuilt(events=events, seconds=time.monotonic() - began)


def _now() -> datetime:
    return datetime.now(UTC)
