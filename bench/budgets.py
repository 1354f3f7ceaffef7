"""What the hub must hold on two cores with the broker on the same machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One limit."""

    title: str
    path: tuple[str, ...]
    """Where the figure stands in the result."""
    limit: float
    unit: str
    least: bool = False
    """The figure must be at least the limit; otherwise at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A budget and what was measured."""

    budget: Budget
    value: float | None
    """None: not measured in this run."""

    @property
    def kept(self) -> bool | None:
        """Return whether the budget is kept; None where nothing was measured."""
        if self.value is None:
            return None
        if self.budget.least:
            return self.value >= self.budget.limit
        return self.value <= self.budget.limit


BUDGETS: Final = (
    Budget(
        title="router, CPU per message",
        path=("router", "cpu_us_per_message"),
        limit=200,
        unit="µs",
    ),
    Budget(
        title="router, times the contender",
        path=("router", "ratio_to_contender"),
        limit=2,
        unit="×",
        least=True,
    ),
    Budget(
        title="admitted → readable, 300/s, p99",
        path=("inbox_latency_ms", "300", "p99"),
        limit=100,
        unit="ms",
    ),
    Budget(
        title="submitted → received by long poll, 300/s, p99",
        path=("http", "at_300_per_s", "p99_ms"),
        limit=300,
        unit="ms",
    ),
    Budget(
        title="submitted → received by event stream, 300/s, p99",
        path=("http", "at_300_per_s_stream", "p99_ms"),
        limit=300,
        unit="ms",
    ),
    Budget(
        title="HTTP, one by one",
        path=("http", "sustained_per_s"),
        limit=1_000,
        unit="/s",
        least=True,
    ),
    Budget(
        title="HTTP, batches of 50",
        path=("http", "batches_per_s"),
        limit=3_000,
        unit="/s",
        least=True,
    ),
    Budget(
        title="views drained after the batches",
        path=("http", "drain_s", "views"),
        limit=300,
        unit="s",
    ),
    Budget(title="messages lost", path=("http", "lost"), limit=0, unit=""),
    Budget(title="messages doubled", path=("http", "doubled"), limit=0, unit=""),
    Budget(
        title="1,000 idle long polls, of a core",
        path=("http", "idle_polls_percent"),
        limit=5,
        unit="%",
    ),
    Budget(
        title="received again after kill -9 of the router",
        path=("http", "takeover_s"),
        limit=3,
        unit="s",
    ),
    Budget(
        title="memory of the whole hub, 200 systems",
        path=("http", "memory_mb", "total"),
        limit=1_536,
        unit="MiB",
    ),
    Budget(
        title="webhook pushes of one process",
        path=("connectors", "push_per_s"),
        limit=500,
        unit="/s",
        least=True,
    ),
    Budget(
        title="1,000 idle connectors",
        path=("connectors", "idle", "memory_mb"),
        limit=1_024,
        unit="MiB",
    ),
    Budget(
        title="one dead peer among 200: p99 of the others",
        path=("connectors", "dead_peer", "change_percent"),
        limit=10,
        unit="%",
    ),
    Budget(
        title="verdicts on documents, a core, the slowest kind",
        path=("documents", "slowest_per_s"),
        limit=20,
        unit="/s",
        least=True,
    ),
    Budget(
        title="leaves of the transparency log, of a core",
        path=("log", "leaves_per_s_per_core"),
        limit=20_000,
        unit="/s",
        least=True,
    ),
    Budget(
        title="proof at 10 million leaves, p99",
        path=("log", "proof_ms", "p99"),
        limit=5,
        unit="ms",
    ),
    Budget(
        title="router's own memory after 1 M messages, against 200 k",
        path=("soak", "growth_percent"),
        limit=5,
        unit="%",
    ),
)


def judge(result: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Return a verdict for each budget."""
    return tuple(Verdict(budget=budget, value=_figure(result, budget.path)) for budget in BUDGETS)


def kept(verdicts: tuple[Verdict, ...]) -> bool:
    """Return whether nothing that was measured fails."""
    return all(verdict.kept is not False for verdict in verdicts)


def _figure(result: Any, path: tuple[str, ...]) -> float | None:
    for name in path:
        if not isinstance(result, Mapping) or name not in result:
            return None
        result = result[name]
    return None if result is None else float(result)
