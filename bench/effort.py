"""How much is measured."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Counts and seconds of one run of the benchmark."""

    runs: int
    """Runs of router and contender in turn; the median counts."""
    count: int
    """Messages of one such run."""
    latency_s: float
    """Seconds of each rate of the router's latency."""
    sustained_s: float
    paced_s: float
    takeover_s: float
    batches_s: float
    idle_s: float
    polls: int
    most_per_s: int
    """Messages signed beforehand for each second of `sustained_s`: more cannot be measured."""
    most_batched_per_s: int
    """The same for `batches_s`."""
    pushes: int
    """Deliveries in one run of pushes to a fast peer."""
    idle_connectors: int
    peers: int
    """Connectors of which one has a dead peer."""
    peer_rate: int
    """Deliveries a second to all of them together."""
    peer_phase_s: float
    peer_turns: int
    """How often a peer dies and is well again."""
    documents_s: float
    """Seconds of judging each kind of letter."""
    leaves: int
    """Leaves that are written to the transparency log."""
    proven: int
    """Leaves of the log that proofs are made in."""


FULL: Final = Effort(
    runs=3,
    count=60_000,
    latency_s=15.0,
    sustained_s=30.0,
    paced_s=20.0,
    takeover_s=10.0,
    batches_s=60.0,
    # One whole turn of the polls: each comes back once.
    idle_s=30.0,
    polls=1_000,
    most_per_s=3_000,
    most_batched_per_s=6_000,
    pushes=6_000,
    idle_connectors=1_000,
    peers=200,
    peer_rate=200,
    peer_phase_s=10.0,
    peer_turns=4,
    documents_s=5.0,
    leaves=500_000,
    proven=10_000_000,
)
"""What the budgets are held against."""

QUICK: Final = Effort(
    runs=1,
    # More than a batch for each router: the first one is not measured.
    count=6_000,
    latency_s=2.0,
    sustained_s=3.0,
    paced_s=3.0,
    takeover_s=6.0,
    batches_s=3.0,
    idle_s=4.0,
    polls=200,
    most_per_s=1_500,
    most_batched_per_s=2_000,
    pushes=300,
    idle_connectors=20,
    peers=10,
    peer_rate=50,
    peer_phase_s=1.0,
    peer_turns=1,
    documents_s=0.5,
    leaves=20_000,
    proven=70_000,
)
"""Shows in minutes that everything runs; its figures say nothing."""


def chosen(*, quick: bool, runs: int | None, count: int | None) -> Effort:
    """Return what is measured, with the numbers that were asked for."""
    base = QUICK if quick else FULL
    return replace(base, runs=runs or base.runs, count=count or base.count)
