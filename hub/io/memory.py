"""Memory of a process whose objects live for one batch or one request."""

import ctypes
import gc
from typing import Final

YOUNG_OBJECTS: Final = 50_000
"""New objects before a young collection. Python's own 700 look at the same living objects again and
again; nearly all of ours die by themselves."""

BATCH_OBJECTS: Final = 500_000
"""The same for the router: more than two batches of 2,000 messages hold at once."""

KEPT_BYTES: Final = 64 * 2**20
"""Freed memory that the process keeps for the next batch: giving it back after each one and taking
it again costs a tenth of the router's time in page faults."""

_M_TRIM_THRESHOLD: Final = -1
_M_TOP_PAD: Final = -2
"""Names of glibc's `mallopt`, from `malloc.h`."""


def calm_memory(young: int = YOUNG_OBJECTS) -> None:
    """Collect seldom, leaving out what lives long (rules, modules); keep what was freed.

    It changes the whole process, so its owner calls it: `hub.cli.hosts`, or a benchmark.
    A whole collection with all modules in it takes 100 ms, and everybody waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, 20, 20)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # Another C library does as it likes.
        mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(_M_TOP_PAD, KEPT_BYTES)
