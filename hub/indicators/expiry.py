"""How many certificates end, and when: the forecast of what must be ordered in time."""

from collections.abc import Iterable
from datetime import datetime

from hub.directory.organisations import legal_day
from hub.indicators.deadlines import HORIZONS


def days_left(until: datetime, now: datetime) -> int:
    """Return the days that are left, by Viet Nam's calendar, as deadlines have them."""
    return (legal_day(until) - legal_day(now)).days


def ending(ends: Iterable[datetime], now: datetime) -> dict[int, int]:
    """Return how many end within 1, 7, 14, 30 and 60 days; under 0: how many have ended."""
    known = tuple(ends)
    open_ = [days_left(end, now) for end in known if end > now]
    return {0: len(known) - len(open_)} | {h: sum(days <= h for days in open_) for h in HORIZONS}
