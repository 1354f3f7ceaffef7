"""What tests of a sandbox peer share: a clock that stands, and a plain client. Extra `http`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import httpx2

from lgsp_adapter.net import trusted

MORNING: Final = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""Nine o'clock in Viet Nam, on a working day."""

Fault: TypeAlias = dict[str, Any]

FAULTS: Final[tuple[Fault, ...]] = (
    {"what": "slow", "seconds": 0.02},
    {"what": "slow", "seconds": 0.6},
    {"what": "error_500"},
    {"what": "timeout_after_success", "seconds": 0.02},
    {"what": "timeout_after_success", "seconds": 0.6},
    {"what": "half_body"},
    {"what": "rate_limited", "seconds": 3},
    *({"what": "wrong_schema", "seed": seed} for seed in (0, 1, 2, 5, 7)),
)
"""What any server does wrong, for `Sandbox.misbehave`. Of `slow` and of the hanging answer one is
longer than a wait of 0.4 seconds; the seeds give each of the five wrong shapes."""


def matrix(*paths: str, faults: Sequence[Fault] = FAULTS) -> list[Any]:
    """Return `(path, fault)` parameters for `pytest.mark.parametrize`: every fault at every path.

    Each run meets every kind of fault at every path, of the like ones one after the other in turn
    from path to path; the rest is marked `long`.
    """
    import pytest  # noqa: PLC0415  (the extra `kit`; the rest of this module needs no pytest)

    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault["what"], []).append(fault)
    # Of the answers that hang, the first path meets the one that is longer than any wait. One that
    # is slow and too late is to the caller the same.
    kinds.get("timeout_after_success", []).reverse()
    del kinds.get("slow", [])[1:]
    found = []
    for place, path in enumerate(paths):
        brief = [alike[place % len(alike)] for alike in kinds.values()]
        for fault in faults:
            marks = [] if fault in brief else [pytest.mark.long]
            found.append(pytest.param(path, fault, marks=marks))
    return found


def named(value: object) -> str:
    """Return how a fault, or another parameter, is named in a test's id."""
    return "-".join(map(str, value.values())) if isinstance(value, dict) else str(value)


class Now:
    """A clock that stands until a test sets `at`."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


def http_to(url: str, timeout: float = 10.0, **more: Any) -> httpx2.AsyncClient:
    """Return a client of a server on this machine, as a person with `curl` is one.

    All share one store of certificates: to read it takes longer than most tests.
    """
    return httpx2.AsyncClient(base_url=url, timeout=timeout, verify=trusted(), **more)
