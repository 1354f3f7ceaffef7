"""Deadlines read from the views and the rules: matters, what expires, what runs out."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from hub.directory.organisations import legal_day
from hub.indicators.calendar import VIET_NAM
from hub.indicators.deadlines import HORIZONS, Deadline, What, disk_full, used_up
from hub.indicators.matter import end_of_day
from hub.io.disk import MIN_FREE_BYTES
from hub.io.sql.views_reading import MAX_ROWS
from hub.io.sql.watch_queries import WatchQueries

FURTHEST: Final = timedelta(days=max(HORIZONS) + 1)

Finder = Callable[[WatchQueries, datetime, datetime], Awaitable[list[Deadline]]]
"""Finds what is due from some moment on (now) until another; what is overdue is among it."""


async def deadlines(queries: WatchQueries, now: datetime) -> list[Deadline]:
    """Return what is overdue or due within 60 days, the nearest first.

    Raises:
        Unavailable: SQL is away.
    """
    return await _found(FINDERS, queries, now, now + FURTHEST)


async def expiring(queries: WatchQueries, now: datetime, within: timedelta) -> list[Deadline]:
    """Return what must be renewed within some time, or the messages of its owner stop.

    Raises:
        Unavailable: SQL is away.
    """
    return await _found(EXPIRING, queries, now, now + within)


async def _found(
    finders: Sequence[Finder], queries: WatchQueries, now: datetime, until: datetime
) -> list[Deadline]:
    found = [one for find in finders for one in await find(queries, now, until)]
    return sorted(found, key=lambda one: (one.due_at, one.what, one.subject))


async def _matters(queries: WatchQueries, _: datetime, until: datetime) -> list[Deadline]:
    return [
        Deadline(
            what=What(row["kind"]),
            subject=row["key"],
            organisation=row["organisation"],
            due_at=row["due_at"],
        )
        for row in await queries.due(until, MAX_ROWS)
    ]


async def _by_procedure(queries: WatchQueries, _: datetime, until: datetime) -> list[Deadline]:
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
        for row in await queries.undated(sorted(days), MAX_ROWS)
    )
    return [one for one in found if one.due_at < until]


async def _keys(queries: WatchQueries, _: datetime, until: datetime) -> list[Deadline]:
    return [
        Deadline(
            what=What.KEY,
            subject=row["system"],
            organisation=row["organisation"],
            due_at=row["due_at"],
        )
        for row in await queries.keys(until)
    ]


async def _quotas(queries: WatchQueries, now: datetime, until: datetime) -> list[Deadline]:
    """Return the daily quotas of connectors that will not last for the day, as it goes."""
    since = datetime.combine(legal_day(now), time(), VIET_NAM)
    end = min(until, since + timedelta(days=1))
    found = (
        (row, used_up(row["quota"], row["used"], since, now)) for row in await queries.quotas(since)
    )
    return [
        Deadline(
            what=What.QUOTA,
            subject=row["connector"],
            organisation=row["organisation"],
            due_at=due_at,
        )
        for row, due_at in found
        if due_at is not None and due_at < end
    ]


async def _disk(queries: WatchQueries, _: datetime, until: datetime) -> list[Deadline]:
    day = disk_full(await queries.disk(), MIN_FREE_BYTES)
    if day is None:
        return []
    at = datetime.combine(day, time(12), VIET_NAM)
    if at >= until:
        return []
    return [Deadline(what=What.DISK, subject="hub", organisation=None, due_at=at)]


EXPIRING: Final[tuple[Finder, ...]] = (_keys,)
"""What is renewed by somebody before a day. One more kind is one more row."""
FINDERS: Final[tuple[Finder, ...]] = (_matters, _by_procedure, *EXPIRING, _quotas, _disk)
"""Everything that is forecast."""
