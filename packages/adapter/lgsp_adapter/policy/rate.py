"""A rate limit as a value: the generic cell rate algorithm (ITU-T I.371, annex A)."""

from dataclasses import dataclass, replace
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `per_second` on the average and `burst` at once."""

    per_second: float = inf
    burst: int = 1
    due: float = 0.0
    """When what was taken will have been paid for."""
    paused_until: float = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until one more may be taken; 0 for now."""
        ahead = (self.burst - 1) / self.per_second
        return max(0.0, self.due - ahead - now, self.paused_until - now)

    def taken(self, now: float, count: int = 1) -> "Rate":
        """Note that `count` were taken. More than the burst at once is paid for afterwards."""
        return replace(self, due=max(self.due, now) + count / self.per_second)

    def paused(self, until: float) -> "Rate":
        """Take nothing before `until`: what back-pressure asks for. Never shortens a pause."""
        return replace(self, paused_until=max(self.paused_until, until))
