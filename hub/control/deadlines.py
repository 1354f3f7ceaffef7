"""Deadlines read from the views and the rules: dossiers, letters, petitions, fees, keys, disk."""

from datetime import datetime, time, timedelta
from typing import Final

from hub.directory.organisations import legal_day
from hub.indicators.calendar import VIET_NAM
from hub.indicators.deadlines import HORIZONS, Deadline, What, disk_full
from hub.indicators.matter import end_of_day
from hub.io.disk import MIN_FREE_BYTES
from hub.io.sql.views_reading import MAX_ROWS
from hub.io.sql.watch_queries import WatchQueries

FURTHEST: Final = timedelta(days=max(HORIZONS) + 1)


async def deadlines(queries: WatchQueries, now: datetime, limit: int = MAX_ROWS) -> list[Deadline]:
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
    found += await _by_procedure(queries, until, limit)
    found += await _disk(queries, until)
    return sorted(found, key=lambda one: (one.due_at, one.what, one.subject))


async def _by_procedure(queries: WatchQueries, until: datetime, limit: int) -> list[Deadline]:
    """Return the limits of dossiers without a promised day, by their procedure's working days."""
    known = await queries.limits()
    days = {name: row["working_days"] for name, row in known.items() if row["working_days"]}
    if not days:
        return []
    calendar = await queries.calendar()
    found = (
        Deadline(
            what=What.DOSSIER,
            subject=row["key"],
            organisation=row["organisation"],
            due_at=end_of_day(calendar.after(legal_day(row["opened_at"]), days[row["procedure"]])),
        )
        for row in await queries.undated(sorted(days), limit)
    )
    return [one for one in found if one.due_at < until]


async def _disk(queries: WatchQueries, until: datetime) -> list[Deadline]:
    day = disk_full(await queries.disk(), MIN_FREE_BYTES)
    if day is None:
        return []
    at = datetime.combine(day, time(12), VIET_NAM)
    if at >= until:
        return []
    return [Deadline(what=What.DISK, subject="hub", organisation=None, due_at=at)]
