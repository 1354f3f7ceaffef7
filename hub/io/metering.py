"""Count what each system hands in against its quota. State without I/O; the time is given.

Counted in the process that takes the messages, so nothing has to be asked of anybody for each of
them. A leaky bucket (ITU-T I.371, annex A): one level for each system and measure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, NamedTuple

from hub.decision.quotas import DEFAULT, QuotaRecord
from hub.decision.rules import Rules

BURST_SECONDS: Final = 10.0
"""What a system has not used of so many seconds it may use at once: work comes in heaps."""

SECONDS: Final = 60.0


@unique
class Measure(StrEnum):
    """What is counted."""

    MESSAGES = "messages"
    BYTES = "bytes"
    URGENT = "urgent"


LEAST_BURST: Final = {Measure.MESSAGES: 50, Measure.BYTES: 8 * 1024 * 1024, Measure.URGENT: 50}
"""So much may always come at once: a whole batch, however small the quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Why a message must wait."""

    measure: Measure
    per_minute: int
    seconds: float
    """Until it may come."""


class _Level(NamedTuple):
    """What a system has handed in and its quota has not made good yet."""

    units: float
    at: float


class _Limit(NamedTuple):
    per_second: float
    most: float
    """Units at once."""


class Meters:
    """The meters of one process."""

    def __init__(
        self, rules: Callable[[], Rules], mono: Callable[[], float], *, processes: int = 1
    ) -> None:
        """`processes`: so many share the load of every system; each grants its part."""
        self._rules, self._mono, self._processes = rules, mono, processes
        self._levels: dict[tuple[str, Measure], _Level] = {}

    def take(self, system: str, size: int, *, urgent: bool) -> Excess | None:
        """Count a message of `size` bytes; return why it must wait, and then it is not counted."""
        now, quota = self._mono(), self._quota(system)
        reached = {}
        for measure, cost in _costs(size, urgent=urgent):
            limit = self._limit(quota, measure)
            units = self._units(system, measure, limit, now) + cost
            if units > limit.most:
                return Excess(
                    measure=measure,
                    per_minute=_per_minute(quota, measure),
                    seconds=(units - limit.most) / limit.per_second,
                )
            reached[system, measure] = _Level(units, now)
        self._levels |= reached
        return None

    def charge(self, system: str, size: int, *, urgent: bool) -> None:
        """Count a message that is here already, also beyond the quota."""
        now, quota = self._mono(), self._quota(system)
        for measure, cost in _costs(size, urgent=urgent):
            units = self._units(system, measure, self._limit(quota, measure), now)
            self._levels[system, measure] = _Level(units + cost, now)

    def wait(self, system: str) -> float:
        """Return the seconds until a system has made up for what it handed in beyond its quota."""
        now, quota = self._mono(), self._quota(system)
        limits = [(measure, self._limit(quota, measure)) for measure in Measure]
        return max(
            0.0,
            *(
                (self._units(system, measure, limit, now) - limit.most) / limit.per_second
                for measure, limit in limits
            ),
        )

    def _quota(self, system: str) -> QuotaRecord:
        return self._rules().quotas.get(system, DEFAULT)

    def _units(self, system: str, measure: Measure, limit: _Limit, now: float) -> float:
        # What is owed is kept, not until when: a larger quota makes it good sooner.
        level = self._levels.get((system, measure))
        return 0.0 if level is None else max(0.0, level.units - (now - level.at) * limit.per_second)

    def _limit(self, quota: QuotaRecord, measure: Measure) -> _Limit:
        per_second = _per_minute(quota, measure) / SECONDS / self._processes
        return _Limit(per_second, max(BURST_SECONDS * per_second, LEAST_BURST[measure]))


def _costs(size: int, *, urgent: bool) -> tuple[tuple[Measure, int], ...]:
    plain = ((Measure.MESSAGES, 1), (Measure.BYTES, size))
    return (*plain, (Measure.URGENT, 1)) if urgent else plain


def _per_minute(quota: QuotaRecord, measure: Measure) -> int:
    match measure:
        case Measure.MESSAGES:
            return quota.messages_per_minute
        case Measure.BYTES:
            return quota.bytes_per_minute
        case Measure.URGENT:
            return quota.urgent_per_minute
