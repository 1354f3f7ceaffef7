"""Percentiles of measured times."""

import math
from collections.abc import Sequence

Milliseconds = dict[str, float]
"""`p50`, `p95` and `p99`, in milliseconds."""


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of all do not exceed (the nearest rank).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no percentile")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def milliseconds(seconds: Sequence[float]) -> Milliseconds:
    """Return the percentiles of times in seconds, as milliseconds with one decimal.

    Raises:
        ValueError: there are no values.
    """
    return {f"p{part}": round(percentile(seconds, part) * 1000, 1) for part in (50, 95, 99)}
