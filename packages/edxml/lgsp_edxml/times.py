"""Days and times as text: `yyyy/MM/dd` and `yyyy/MM/dd HH:mm:ss`, without a zone.

Times are read as Asia/Ho_Chi_Minh, which has been +07:00 without summer time since 1975.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

ZONE: Final = timezone(timedelta(hours=7))

_DAY: Final = re.compile(r"([12][0-9]{3})/([0-9]{2})/([0-9]{2})")
_OTHER_DAYS: Final = (
    re.compile(r"(?P<d>[0-9]{1,2})[/-](?P<m>[0-9]{1,2})[/-](?P<y>[12][0-9]{3})"),
    re.compile(r"(?P<y>[12][0-9]{3})[/-](?P<m>[0-9]{1,2})[/-](?P<d>[0-9]{1,2})"),
)
_CLOCK: Final = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})")


def read_day(text: str) -> date | None:
    """Return the day of `2026/03/10`, `10/03/2026` or `2026-03-10`; None where there is none."""
    for form in _OTHER_DAYS:
        if found := form.fullmatch(text):
            return _real_day(int(found["y"]), int(found["m"]), int(found["d"]))
    return None


def read_time(text: str) -> datetime | None:
    """Return the moment of a day and `HH:mm:ss`, parted by a space or a T, in +07:00, or None."""
    day_text, _, clock = text.replace("T", " ", 1).partition(" ")
    day, found = read_day(day_text), _CLOCK.fullmatch(clock)
    if day is None or found is None:
        return None
    hour, minute, second = map(int, found.groups())
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE)
    except ValueError:
        return None


def write_day(day: date) -> str:
    """Return the day as the regulation writes it."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def write_time(moment: datetime) -> str:
    """Return the aware `moment` on Vietnamese clocks, whole seconds.

    Raises:
        ValueError: `moment` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    local = moment.astimezone(UTC).astimezone(ZONE)
    return f"{write_day(local)} {local:%H:%M:%S}"


def is_day(text: str) -> bool:
    """Say whether `text` is a day that exists, in the form of the regulation."""
    return _DAY.fullmatch(text) is not None and read_day(text) is not None


def is_time(text: str) -> bool:
    """Say whether `text` is a time that exists, in the form of the regulation."""
    return text[10:11] == " " and is_day(text[:10]) and read_time(text) is not None


def _real_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
