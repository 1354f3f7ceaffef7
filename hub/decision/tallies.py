"""How much happened: counts that are made while the projection is, so that nobody counts rows.

Pure, and the same however the events are cut into batches: each event is taken once, and a
delivery counts when its state changes, not when something is said about it again.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

import msgspec

from hub.decision.states import State


@unique
class Counted(StrEnum):
    """What is counted."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    STATEMENT = "statement"
    """Receipts and withdrawals: as many again as messages, and none of them is one."""
    DELIVERED = "delivered"
    """A delivery whose recipient has the message, by whoever's word first."""
    DEAD_LETTER = "dead_letter"
    EXPIRED = "expired"
    REJECTED = "rejected"


class MinuteCount(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one minute, in the whole hub."""

    minute: datetime
    counted: Counted
    reason: str
    """Of refusals; else empty."""
    count: int


class HourFlow(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one hour between two systems."""

    hour: datetime
    source: str
    recipient: str
    """Empty for what has none: a refusal went nowhere."""
    counted: Counted
    count: int


_TOLD: Final = frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.REJECTED, State.PROCESSED})
"""States in which the recipient has the message."""
_ENDS: Final[Mapping[State, Counted]] = {
    State.DEAD_LETTER: Counted.DEAD_LETTER,
    State.EXPIRED: Counted.EXPIRED,
    State.REJECTED: Counted.REJECTED,
}


class Tallies:
    """Counts of one batch, to be added to those that are stored."""

    def __init__(self) -> None:
        self._minutes: Counter[tuple[datetime, Counted, str]] = Counter()
        self._hours: Counter[tuple[datetime, str, str, Counted]] = Counter()

    @property
    def minutes(self) -> list[MinuteCount]:
        """What to add, by the minute; in one order, so that two writers never wait crosswise."""
        return [
            MinuteCount(minute=minute, counted=counted, reason=reason, count=count)
            for (minute, counted, reason), count in sorted(self._minutes.items())
        ]

    @property
    def hours(self) -> list[HourFlow]:
        """What to add, by the hour."""
        return [
            HourFlow(hour=hour, source=source, recipient=recipient, counted=counted, count=count)
            for (hour, source, recipient, counted), count in sorted(self._hours.items())
        ]

    def decided(self, at: datetime, source: str, counted: Counted, reason: str = "") -> None:
        """Count a decision about a message."""
        self._minutes[_minute(at), counted, reason] += 1
        if counted is Counted.REFUSED:
            self._hours[_hour(at), source, "", counted] += 1

    def begun(self, at: datetime, source: str, recipient: str) -> None:
        """Count a delivery that begins."""
        self._hours[_hour(at), source, recipient, Counted.ADMITTED] += 1

    def moved(self, at: datetime, source: str, recipient: str, before: State, after: State) -> None:
        """Count a delivery whose state has changed."""
        if before is after:
            return
        found = [_ENDS[after]] if after in _ENDS else []
        if after in _TOLD and before not in _TOLD:
            found.append(Counted.DELIVERED)
        for counted in found:
            self._minutes[_minute(at), counted, ""] += 1
            self._hours[_hour(at), source, recipient, counted] += 1


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
