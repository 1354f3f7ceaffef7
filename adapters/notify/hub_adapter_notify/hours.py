"""When citizens may be written to. Pure: the time is given."""

from datetime import datetime, time, timedelta, timezone
from typing import Final

VIET_NAM: Final = timezone(timedelta(hours=7))
"""No summer time since 1975; the zone's data base is not needed for it."""


def quiet_seconds(now: datetime, begin: time, end: time) -> float:
    """Return the seconds until the quiet hours end; 0 outside them.

    `now` is aware; the hours are those of Viet Nam and may span midnight; equal ones: none.
    """
    local = now.astimezone(VIET_NAM)
    clock = local.time()
    inside = begin <= clock < end if begin <= end else clock >= begin or clock < end
    return seconds_until(now, end) if inside else 0.0


def seconds_until(now: datetime, clock: time) -> float:
    """Return the seconds until the clock in Viet Nam next shows that time."""
    local = now.astimezone(VIET_NAM)
    then = datetime.combine(local.date(), clock, VIET_NAM)
    if then <= local:
        then += timedelta(days=1)
    return (then - local).total_seconds()


def day(now: datetime) -> str:
    """Return the date in Viet Nam: a quota is that of a day there."""
    return now.astimezone(VIET_NAM).date().isoformat()
