"""Maintenance windows: times of the week in which the other side is away on purpose. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Final

from hub.decision.connectors import Window

VIET_NAM: Final = timezone(timedelta(hours=7))
"""One zone, no summer time since 1975: no table of zones is needed."""

_DAY: Final = timedelta(days=1)


def closed_until(windows: Iterable[Window], now: datetime) -> datetime | None:
    """Return when the window ends in which `now` lies; None where it lies in none.

    Windows that meet count as one.
    """
    windows, end = tuple(windows), None
    # Each round leaves a window behind, and a week has only so many.
    for _ in range(8 * len(windows)):
        ends = [found for one in windows if (found := _end(one, end or now)) is not None]
        if not ends:
            return end
        end = max(ends)
    return end


def _end(window: Window, now: datetime) -> datetime | None:
    here = now.astimezone(VIET_NAM)
    for day in (here.date() - _DAY, here.date()):
        if day.weekday() not in window.weekdays:
            continue
        start = datetime.combine(day, window.start, VIET_NAM)
        end = datetime.combine(day, window.end, VIET_NAM)
        if end <= start:
            end += _DAY
        if start <= here < end:
            return end
    return None
