"""What an engine promises, in numbers."""

from dataclasses import dataclass, field

from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules
from lgsp_adapter.policy.rate import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRules:
    """The policies of one connector. Seconds."""

    backoff: Backoff = field(default_factory=Backoff)
    breaker: BreakerRules = field(default_factory=BreakerRules)
    rate: Rate = field(default_factory=Rate)
    batch: int = 20
    """Most deliveries in one `write`, most records in one `read`."""
    timeout: float = 30.0
    """Longest call of an adapter, in real seconds; then it is cancelled."""
    settle: float = 0.0
    """After an unknown end, before a `look_up` peer is asked: it may still be at work. The runtime
    takes the call's time-out."""
    unacked: int = 200
    """Most records of a source that are read and not yet acknowledged."""
