"""Peers that have fallen silent: who sends much every day, and now nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.directory.organisations import legal_day
from hub.indicators.calendar import Calendar

USUAL: Final = 40
"""Messages a working day from which on a silence means something."""
OFFICE_HOURS: Final = 3.0
"""So long a silence, in office hours, is told."""
DAYS: Final = 28
"""How far back the usual is looked for, days: four weeks hold twenty working days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How much a system has sent in an hour."""

    system: str
    hour: datetime
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A system that has fallen silent."""

    system: str
    last_heard: datetime
    """The end of the last hour in which something came."""
    a_day: float
    """What it sent on a working day before."""
    office_hours: float
    """Since then."""


def silent(
    sent: Iterable[Sent],
    calendar: Calendar,
    now: datetime,
    *,
    usual: float = USUAL,
    hours: float = OFFICE_HOURS,
) -> list[Silent]:
    """Return who sent `usual` or more a working day, and nothing for `hours` office hours.

    A system that is younger than `DAYS` is measured from its first day on.
    """
    by_system: dict[str, list[Sent]] = {}
    for one in sent:
        by_system.setdefault(one.system, []).append(one)
    judged = (_judged(system, rows, calendar, now) for system, rows in sorted(by_system.items()))
    return [one for one in judged if one.a_day >= usual and one.office_hours >= hours]


def _judged(system: str, rows: list[Sent], calendar: Calendar, now: datetime) -> Silent:
    today, first = legal_day(now), legal_day(min(row.hour for row in rows))
    worked = max(1, calendar.between(first - timedelta(days=1), today - timedelta(days=1)))
    before = sum(row.n for row in rows if legal_day(row.hour) < today)
    heard = max(row.hour for row in rows) + timedelta(hours=1)
    return Silent(
        system=system,
        last_heard=heard,
        a_day=round(before / worked, 1),
        office_hours=round(calendar.office_hours(heard, now), 2),
    )
