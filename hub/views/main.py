"""The views process: `hub.audit` becomes indicators."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from hub.io.backoff import Backoff
from hub.io.faust_audit import FaustAudit
from hub.io.kafka.audit_reader import AuditReader
from hub.io.sql.views import Views
from hub.ports import Unavailable
from hub.views.loop import Adder, follow
from hub.views.metrics import ViewsMetrics
from hub.views.publish import Publisher

LOOK_SECONDS: Final = 2.0
"""Between two looks how far behind the views are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild did."""

    events: int
    """Events added by this process; a running one may have added the others."""
    seconds: float


async def run(
    stream: FaustAudit,
    engine: Engine,
    partitions: int,
    registry: CollectorRegistry,
    stop: asyncio.Event,
    running: asyncio.Event,
    *,
    publish: Callable[[Adder], Publisher] | None = None,
) -> None:
    """Add up until `stop` is set; then finish the running transaction and return.

    `engine` is a blocking one (`open_blocking_engine`): it is used in a thread. `publish` makes
    what tells others of the counts.

    Raises:
        Refusing: the audit topic is not the one that was added up.
    """
    metrics = ViewsMetrics(registry)
    adder = Adder(Views(engine), partitions, metrics)
    try:
        # One group: where a helper ends by a bug, the process ends and is started anew.
        async with asyncio.TaskGroup() as group:
            helpers = [group.create_task(_look(stream, adder, metrics))]
            if publish is not None:
                helpers.append(group.create_task(publish(adder).run(stop)))
            await follow(stream, adder, stop, running, Backoff())
            for helper in helpers:
                helper.cancel()
    finally:
        await adder.close()


async def rebuild(reader: AuditReader, engine: Engine) -> Rebuilt:
    """Empty the views and add up `hub.audit` from its beginning up to its end as of now.

    Meanwhile figures are too small, and everything that shows them says so. A running process need
    not be stopped: the two take turns, and each event is added once.

    Raises:
        Unavailable: Kafka or SQL does not answer; run it again.
    """
    began, events = time.monotonic(), 0
    adder = Adder(Views(engine), len(reader.partitions), ViewsMetrics(CollectorRegistry()))
    try:
        await adder.clear(datetime.now(UTC))
        await reader.open(await adder.positions())
        ends = await reader.ends()
        while not await reader.has_reached(ends):
            batch = await reader.read()
            if not batch.records:
                continue
            if await adder.add(batch):
                events += len(batch.records)
            else:
                await reader.open(await adder.positions())
        await adder.reached()
    finally:
        await adder.close()
        await reader.close()
    return Rebuilt(events=events, seconds=time.monotonic() - began)


async def _look(stream: FaustAudit, adder: Adder, metrics: ViewsMetrics) -> None:
    while True:
        now, unread = datetime.now(UTC), await stream.unread()
        # While nothing is read nothing is said: the last word becomes older, and alerts.
        if unread is not None:
            metrics.lag(unread, adder.last_written, now)
            # SQL that is away is told by the loop itself; here it only makes the word older.
            with contextlib.suppress(Unavailable):
                await adder.say(now, unread)
        await asyncio.sleep(LOOK_SECONDS)
