"""Working days of Viet Nam: weekends, public holidays, and the days that a decree moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final

from holidays import country_holidays

from hub.directory.organisations import legal_day

VIET_NAM: Final = timezone(timedelta(hours=7))
"""Indochina time, without summer time: the law's days begin and end by it."""
SATURDAY: Final = 5
HALVES: Final = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
"""Office hours. Provinces differ by half an hour; a silence of three hours does not."""
MAX_DAYS: Final = 4_000
"""Furthest that is counted, days: eleven years are longer than any time limit."""


@lru_cache(maxsize=64)
def _public(year: int) -> Mapping[date, str]:
    return dict(country_holidays("VN", years=year))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days are worked."""

    changed: Mapping[date, bool] = field(default_factory=dict)
    """Days that the province set itself: True, worked although a weekend (compensation); False,
    off although a weekday."""

    def works(self, day: date) -> bool:
        """Say whether `day` is a working day."""
        if day in self.changed:
            return self.changed[day]
        return day.weekday() < SATURDAY and day not in _public(day.year)

    def after(self, day: date, days: int) -> date:
        """Return the day that is `days` working days after `day`, which itself does not count."""
        left, at = days, day
        for _ in range(MAX_DAYS):
            if left <= 0:
                break
            at += timedelta(days=1)
            left -= self.works(at)
        return at

    def between(self, first: date, last: date) -> int:
        """Return the working days after `first` up to and with `last`; negative when it is past."""
        if last < first:
            return -self.between(last, first)
        span = min((last - first).days, MAX_DAYS)
        return sum(self.works(first + timedelta(days=n)) for n in range(1, span + 1))

    def office_hours(self, since: datetime, until: datetime) -> float:
        """Return the office hours between two moments."""
        total, day = timedelta(), legal_day(since)
        last = legal_day(until)
        for _ in range(min((last - day).days + 1, MAX_DAYS)):
            if self.works(day):
                total += sum((_overlap(day, half, since, until) for half in HALVES), timedelta())
            day += timedelta(days=1)
        return total / timedelta(hours=1)


def _overlap(day: date, half: tuple[time, time], since: datetime, until: datetime) -> timedelta:
    opens, closes = (datetime.combine(day, at, VIET_NAM) for at in half)
    return max(timedelta(), min(closes, until) - max(opens, since))
