"""How fast a connector may go, and how it waits."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules

from hub.decision.connectors import Connector

LONGEST_PAUSE: Final = 60.0
"""Longest sleep in a maintenance window: the clock may be set meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a connector may go and how it waits."""

    backoff: Backoff = field(default_factory=Backoff)
    breaker: BreakerRules = field(default_factory=BreakerRules)
    chance: Callable[[], float] = random.random

    @classmethod
    def of(cls, connector: Connector) -> "Pace":
        """Return the pace that a connector's limits give."""
        limits = connector.limits
        # One restart of the other side breaks all calls under way at once: no outage yet.
        threshold = max(BreakerRules().threshold, limits.concurrency + 1)
        return cls(
            backoff=Backoff(attempts=limits.attempts), breaker=BreakerRules(threshold=threshold)
        )
