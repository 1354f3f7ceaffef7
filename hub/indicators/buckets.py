"""Distributions of waiting times in fixed buckets: they can be added, and added again exactly."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000

BOUNDS_MS: Final = (
    *(100, 300, 1_000, 3_000, 10_000, 30_000),
    *(_MINUTE, 5 * _MINUTE, 30 * _MINUTE, _HOUR, 4 * _HOUR),
    *(_DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY),
)
"""Upper bounds in milliseconds. They never change: a new set is a new measure with a new name."""
OVER: Final = "over"
"""The bucket beyond the last bound."""


def bucket(delay: timedelta) -> str:
    """Return the name of the bucket of a delay: its upper bound in milliseconds."""
    ms = max(0, delay // timedelta(milliseconds=1))
    place = bisect_left(BOUNDS_MS, ms)
    return OVER if place == len(BOUNDS_MS) else str(BOUNDS_MS[place])


def quantile_ms(counts: Mapping[str, int], share: float) -> int | None:
    """Return the upper bound below which at least `share` of the delays lie.

    None: there are none, or that part of them lies beyond the last bound.
    """
    total, seen = sum(counts.values()), 0
    for bound in BOUNDS_MS:
        seen += counts.get(str(bound), 0)
        if total and seen >= share * total:
            return bound
    return None
