"""A circuit breaker as a value: each event gives the next one (M. Nygard, "Release It!").

closed -- `threshold` failures in a row --> open -- cool-down over --> half-open: one probe
half-open -- success --> closed; -- failure --> open, with twice the cool-down.
"""

from dataclasses import dataclass, replace
from enum import StrEnum, unique


@unique
class State(StrEnum):
    """What the breaker lets through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When it opens, and for how long. Seconds."""

    threshold: int = 5
    """Failures in a row."""
    cool_down: float = 30.0
    longest: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One peer's breaker.

    A failure is a call without an answer. A refusal is an answer: it counts as success. Outcomes
    carry the era in which their call began; one of an earlier era says nothing about now.
    """

    rules: BreakerRules = BreakerRules()
    state: State = State.CLOSED
    failures: int = 0
    """In a row, while closed."""
    openings: int = 0
    """In a row, without a success between."""
    until: float = 0.0
    """While open: when a probe may go."""
    probing: bool = False
    """While half-open: the probe is under way."""
    era: int = 0
    """Grows with every change of state."""

    def allows(self, now: float) -> bool:
        """Say whether a call may begin."""
        if self.state is State.CLOSED:
            return True
        if self.state is State.OPEN:
            return now >= self.until
        return not self.probing

    def begun(self, now: float) -> "Breaker":
        """Note that a call begins; its outcome carries the `era` of what is returned.

        Raises:
            ValueError: none may begin.
        """
        if not self.allows(now):
            raise ValueError("the circuit is open")
        if self.state is State.CLOSED:
            return self
        era = self.era + (self.state is State.OPEN)
        return replace(self, state=State.HALF_OPEN, probing=True, era=era)

    def succeeded(self, era: int) -> "Breaker":
        """Note an answer."""
        if era != self.era or self.state is State.OPEN:
            return self
        closes = self.state is State.HALF_OPEN
        return Breaker(rules=self.rules, era=self.era + closes)

    def failed(self, era: int, now: float) -> "Breaker":
        """Note a call without an answer."""
        if era != self.era or self.state is State.OPEN:
            return self
        failures = self.failures + 1
        if self.state is State.CLOSED and failures < self.rules.threshold:
            return replace(self, failures=failures)
        return self._opened(now)

    def abandoned(self, era: int) -> "Breaker":
        """Note a call that was cancelled by us: it says nothing, and the next may be the probe."""
        return replace(self, probing=False) if era == self.era else self

    def hurried(self) -> "Breaker":
        """Let the next probe go now: somebody says that the peer is well again."""
        return replace(self, until=0.0)

    def _opened(self, now: float) -> "Breaker":
        # 30 doublings are 1,000 years of the shortest cool-down: the float stays finite.
        cool_down = self.rules.cool_down * 2.0 ** min(self.openings, 30)
        return Breaker(
            rules=self.rules,
            state=State.OPEN,
            openings=self.openings + 1,
            until=now + min(self.rules.longest, cool_down),
            era=self.era + 1,
        )
