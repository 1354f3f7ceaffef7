"""What is due, and how soon: the forecast, and the words in which it is told."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum, unique
from typing import Final

import msgspec

from hub.directory.organisations import legal_day

HORIZONS: Final = (1, 7, 14, 30, 60)
"""Days of the forecast. Certificates are ordered two months ahead, dossiers done by tomorrow."""


@unique
class What(StrEnum):
    """What is due or runs out."""

    DOSSIER = "dossier"
    TASK = "task"
    PETITION = "petition"
    LETTER = "letter"
    PAYMENT = "payment"
    KEY = "key"
    """A system's signing key expires: from then on all its messages are refused."""
    QUOTA = "quota"
    """What a connector may send in a day is used up: what comes after it waits for tomorrow."""
    DISK = "disk"
    """The disk of the hub has no more room, as it has filled so far."""


NAMES: Final = {
    What.DOSSIER: ("Hồ sơ đến hạn", "Dossier due"),
    What.TASK: ("Phần việc liên thông đến hạn", "Task due"),
    What.PETITION: ("Phản ánh, kiến nghị đến hạn", "Petition due"),
    What.LETTER: ("Văn bản đến hạn", "Letter due"),
    What.PAYMENT: ("Phí, lệ phí đến hạn", "Fee due"),
    What.KEY: ("Khóa ký hết hạn", "Signing key expires"),
    What.QUOTA: ("Hạn mức trong ngày sắp hết", "Quota of the day is used up"),
    What.DISK: ("Đĩa sẽ đầy", "Disk will be full"),
}
"""In Vietnamese and English."""


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is due."""

    what: What
    subject: str
    """Its code: no personal value."""
    organisation: str | None
    """Who must act; None: the hub's operator."""
    due_at: datetime

    def days_left(self, now: datetime) -> int:
        """Return the days that are left, by Viet Nam's calendar; negative when it is past."""
        return (legal_day(self.due_at) - legal_day(now)).days

    def hours_left(self, now: datetime) -> float:
        """Return the hours that are left; 0 when it is past."""
        return max(0.0, (self.due_at - now).total_seconds() / 3_600)


class Horizon(msgspec.Struct, frozen=True, kw_only=True):
    """How much is due within some days, by what it is."""

    days: int
    """0: overdue."""
    counts: dict[str, int]


def forecast(deadlines: Iterable[Deadline], now: datetime) -> list[Horizon]:
    """Return how much is overdue, and due within 1, 7, 14, 30 and 60 days."""
    found: dict[int, dict[str, int]] = {days: {} for days in (0, *HORIZONS)}
    for one in deadlines:
        left = one.days_left(now)
        for days, counts in found.items():
            if (left <= days and one.due_at >= now) if days else one.due_at < now:
                counts[one.what.value] = counts.get(one.what.value, 0) + 1
    return [Horizon(days=days, counts=counts) for days, counts in found.items()]


def used_up(quota: int, used: int, since: datetime, now: datetime) -> datetime | None:
    """Return when a quota is used up, if it goes on as since `since`; None: nothing was used."""
    if used <= 0 or now <= since:
        return None
    return since + (now - since) * (quota / used)


class DiskSample(msgspec.Struct, frozen=True, kw_only=True):
    """How much room a disk had on a day."""

    day: date
    free: int
    """Bytes."""


def disk_full(samples: Iterable[DiskSample], least: int) -> date | None:
    """Return the day on which less than `least` bytes are left, if it goes on as so far.

    By the line of least squares through the samples. None: it does not fill, or there is too
    little to go by.
    """
    points = [(one.day.toordinal(), one.free) for one in samples]
    if len(points) < _FEWEST:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    if slope >= 0:
        return None
    last = max(x for x, _ in points)
    left = (mean_y + slope * (last - mean_x) - least) / -slope
    return None if left > _FURTHEST else date.fromordinal(last) + timedelta(days=max(0, int(left)))


_FEWEST: Final = 3
"""Two points are a line through anything."""
_FURTHEST: Final = 3_650
