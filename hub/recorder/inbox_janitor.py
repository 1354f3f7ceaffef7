"""The janitor of inboxes: what is settled and too old for a seek is deleted, oldest first.

Time alone never deletes from an inbox. A delivery that still waits for somebody keeps itself and
everything behind it, however old, so nothing pending is ever lost here (invariant 6).
"""

import asyncio
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Key
from hub.io.kafka.inbox_heads import InboxHeads
from hub.io.kafka.inbox_records import InboxRecord
from hub.io.kafka.topics import owner_of
from hub.io.sql.settled import settled
from hub.io.waiting import wait_for
from hub.ports import Refusing, Unavailable

EVERY_SECONDS: Final = 3_600.0
"""Between two rounds. What goes is days old, so an hour more or less is nothing."""

_log = structlog.get_logger("janitor")


async def run(
    heads: InboxHeads,
    engine: AsyncEngine,
    seek_window: timedelta,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Go round until `stop` is set. What is away is asked again in the next round."""
    try:
        while not stop.is_set():
            try:
                await _round(heads, engine, seek_window, clock, stop)
            except (Unavailable, Refusing) as error:
                _log.warning("inbox_janitor_waits", cause=str(error))
            await wait_for(stop, every_seconds)
    finally:
        await heads.close()


async def _round(
    heads: InboxHeads,
    engine: AsyncEngine,
    seek_window: timedelta,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
) -> None:
    for topic in await heads.topics():
        if stop.is_set():
            return
        deleted = await trim(heads, engine, topic, clock() - seek_window)
        if deleted:
            _log.info("inbox_trimmed", topic=topic, messages=deleted)


async def trim(heads: InboxHeads, engine: AsyncEngine, topic: str, horizon: datetime) -> int:
    """Delete the settled records before `horizon` from the head of one inbox; say how many.

    Safe to die anywhere: deleting again deletes nothing more.

    Raises:
        Refusing: Kafka does not let this process delete.
        Unavailable: Kafka or SQL does not answer.
    """
    end, deleted = 0, 0
    while records := await heads.oldest(topic, after=end):
        keys = [(record.source, record.id) for record in records]
        done = settled_head(records, await settled(engine, owner_of(topic), keys), horizon)
        deleted += len(done)
        if done:
            end = done[-1].offset + 1
        if len(done) < len(records):
            break
    if deleted:
        await heads.delete_before(topic, end)
    return deleted


def settled_head(
    records: Iterable[InboxRecord], settled_keys: AbstractSet[Key], horizon: datetime
) -> list[InboxRecord]:
    """Return the unbroken row of records, from the oldest on, that nobody needs any more."""
    head: list[InboxRecord] = []
    horizon_ms = horizon.timestamp() * 1000
    for record in records:
        if record.at_ms >= horizon_ms or (record.source, record.id) not in settled_keys:
            break
        head.append(record)
    return head
