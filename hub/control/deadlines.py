"""Deadlines read from the views and the rules: dossiers, letters, petitions, fees, keys, disk."""

from datetime import datetime, time, timedelta
from typing import Final

from hub.indicators.calendar import VIET_NAM
from hub.indicators.deadlines import HORIZONS, Deadline, What, disk_full
from hub.io.disk import MIN_FREE_BYTES
from hub.io.sql.views_queries import MAX_ROWS, ViewsQueries

FURTHEST: Final = timedelta(days=max(HORIZONS) + 1)


async def deadlines(queries: ViewsQueries, now: datetime, limit: int = MAX_ROWS) -> list[Deadline]:
    """Return what is overdue or due within 60 days, the nearest first.

    Raises:
        Unavailable: SQL is away.
    """
    until = now + FURTHEST
    found = [
        Deadline(
            what=What(row["kind"]),
            subject=row["key"],
            organisation=row["organisation"],
            due_at=row["due_at"],
        )
        for row in await queries.due(until, limit)
    ]
    found += [
        Deadline(
            what=What.KEY,
            subject=row["system"],
            organisation=row["organisation"],
            due_at=row["due_at"],
        )
        for row in await queries.keys(until)
    ]
    found += await _disk(queries, until)
    return sorted(found, key=lambda one: (one.due_at, one.what, one.subject))


async def _disk(queries: ViewsQueries, until: datetime) -> list[Deadline]:
    day = disk_full(await queries.disk(), MIN_FREE_BYTES)
    if day is None:
        return []
    at = datetime.combine(day, time(12), VIET_NAM)
    if at >= until:
        return []
    return [Deadline(what=What.DISK, subject="hub", organisation=None, due_at=at)]
