"""Count what each system hands in against its quota. State without I/O; the time is given.

Counted in the process that takes the messages, so nothing has to be asked of anybody for each of
them. A virtual-scheduling meter (GCRA, ITU-T I.371): one number for each system and quota.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

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


@dataclass(frozen=True, slots=True)
class _Limit:
    per_second: float
    burst: float
    """In seconds: how far ahead of its rate a system may be."""


class Meters:
    """The meters of one process."""

    def __init__(
        self, rules: Callable[[], Rules], mono: Callable[[], float], *, processes: int = 1
    ) -> None:
        """`processes`: so many share the load of every system; each grants its part."""
        self._rules, self._mono, self._processes = rules, mono, processes
        self._ahead: dict[tuple[str, Measure], float] = {}
        """When what was handed in would have ended at exactly the quota's rate."""

    def take(self, system: str, size: int, *, urgent: bool) -> Excess | None:
        """Count a message of `size` bytes; return why it must wait, and then it is not counted."""
        now, costs = self._mono(), _costs(size, urgent=urgent)
        quota = self._rules().quotas.get(system, DEFAULT)
        reached = {}
        for measure, cost in costs:
            limit = self._limit(quota, measure)
            ahead = max(self._ahead.get((system, measure), now), now) + cost / limit.per_second
            if ahead - now > limit.burst:
                return Excess(
                    measure=measure,
                    per_minute=_per_minute(quota, measure),
                    seconds=ahead - now - limit.burst,
                )
            reached[system, measure] = ahead
        self._ahead |= reached
        return None

    def charge(self, system: str, size: int, *, urgent: bool) -> None:
        """Count a message that is here already, also beyond the quota."""
        now, quota = self._mono(), self._rules().quotas.get(system, DEFAULT)
        for measure, cost in _costs(size, urgent=urgent):
            before = max(self._ahead.get((system, measure), now), now)
            per_second = self._limit(quota, measure).per_second
            self._ahead[system, measure] = before + cost / per_second

    def wait(self, system: str) -> float:
        """Return the seconds until a system has made up for what it handed in beyond its quota."""
        now, quota = self._mono(), self._rules().quotas.get(system, DEFAULT)
        return max(
            0.0,
            *(
                self._ahead.get((system, measure), now) - now - self._limit(quota, measure).burst
                for measure in Measure
            ),
        )

    def _limit(self, quota: QuotaRecord, measure: Measure) -> _Limit:
        per_second = _per_minute(quota, measure) / SECONDS / self._processes
        return _Limit(per_second, max(BURST_SECONDS, LEAST_BURST[measure] / per_second))


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
