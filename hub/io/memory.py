"""Memory of a process whose objects live for one batch or one request."""

import ctypes
import gc
from dataclasses import dataclass
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_TOP_PAD: Final = -2
"""Names of glibc's `mallopt`, from `malloc.h`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """How seldom a process tidies up."""

    young: int
    """New objects before a young collection. Python's own 700 look at the same living objects again
    and again; nearly all of ours die by themselves."""
    kept: int
    """Bytes of freed memory that the process keeps for the next batch: giving it back and taking it
    again costs page faults."""


REQUESTS: Final = Calm(young=50_000, kept=16 * 2**20)
"""For processes whose work comes in small pieces."""

BATCHES: Final = Calm(young=500_000, kept=64 * 2**20)
"""For the router: more than two batches of 2,000 messages hold at once, and their memory. With less
it spends a tenth of its time on page faults."""


def calm_memory(calm: Calm) -> None:
    """Collect seldom, leaving out what lives long (rules, modules); keep what was freed.

    It changes the whole process, so its owner calls it: `hub.cli.hosts`, or a benchmark.
    A whole collection with all modules in it takes 100 ms, and everybody waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(calm.young, 20, 20)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # Another C library does as it likes.
        mallopt(_M_TRIM_THRESHOLD, calm.kept)
        mallopt(_M_TOP_PAD, calm.kept)
