"""Count what each system hands in against its quota. State without I/O; the time is given.

Counted in the process that takes the messages, so nothing has to be asked of anybody for each of
them. A leaky bucket (ITU-T I.371, annex A): one level for each system and measure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache
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


class _Limit(NamedTuple):
    per_minute: int
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
        self._levels: dict[tuple[str, Measure], tuple[float, float]] = {}
        """What was handed in and is not made good yet, and when it was so much."""

    def take(self, system: str, size: int, *, urgent: bool) -> Excess | None:
        """Count a message of `size` bytes; return why it must wait, and then it is not counted."""
        now, limits, reached = self._mono(), self._limits(system), []
        for measure, cost in _costs(size, urgent=urgent):
            limit = limits[measure]
            units = self._units(system, measure, limit, now) + cost
            if units > limit.most:
                seconds = (units - limit.most) / limit.per_second
                return Excess(measure=measure, per_minute=limit.per_minute, seconds=seconds)
            reached.append((measure, units))
        for measure, units in reached:
            self._levels[system, measure] = (units, now)
        return None

    def charge(self, system: str, size: int, *, urgent: bool) -> None:
        """Count a message that is here already, also beyond the quota."""
        now, limits = self._mono(), self._limits(system)
        for measure, cost in _costs(size, urgent=urgent):
            units = self._units(system, measure, limits[measure], now)
            self._levels[system, measure] = (units + cost, now)

    def wait(self, system: str) -> float:
        """Return the seconds until a system has made up for what it handed in beyond its quota."""
        now = self._mono()
        return max(
            0.0,
            *(
                (self._units(system, measure, limit, now) - limit.most) / limit.per_second
                for measure, limit in self._limits(system).items()
            ),
        )

    def _limits(self, system: str) -> Mapping[Measure, _Limit]:
        return _limits_of(self._rules().quotas.get(system, DEFAULT), self._processes)

    def _units(self, system: str, measure: Measure, limit: _Limit, now: float) -> float:
        # What is owed is kept, not until when: a larger quota makes it good sooner.
        units, at = self._levels.get((system, measure), (0.0, now))
        return max(0.0, units - (now - at) * limit.per_second)


@lru_cache(maxsize=1_024)  # Systems with a quota of their own are few.
def _limits_of(quota: QuotaRecord, processes: int) -> Mapping[Measure, _Limit]:
    of_a_minute = {
        Measure.MESSAGES: quota.messages_per_minute,
        Measure.BYTES: quota.bytes_per_minute,
        Measure.URGENT: quota.urgent_per_minute,
    }
    return {
        measure: _limit(most, LEAST_BURST[measure], processes)
        for measure, most in of_a_minute.items()
    }


def _limit(per_minute: int, least: int, processes: int) -> _Limit:
    per_second = per_minute / SECONDS / processes
    return _Limit(per_minute, per_second, max(BURST_SECONDS * per_second, least))


def _costs(size: int, *, urgent: bool) -> tuple[tuple[Measure, int], ...]:
    plain = ((Measure.MESSAGES, 1), (Measure.BYTES, size))
    return (*plain, (Measure.URGENT, 1)) if urgent else plain
