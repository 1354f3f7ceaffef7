"""Memory of a process whose objects live for one batch or one request."""

import asyncio
import ctypes
import gc
import time
from dataclasses import dataclass
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_TOP_PAD: Final = -2
_M_MMAP_THRESHOLD: Final = -3
"""Names of glibc's `mallopt`, from `malloc.h`."""

LOOK_SECONDS: Final = 1.0
BUSY: Final = 0.2
"""Of a core, for a second: from here on a process has borrowed memory for what it does."""
AT_REST: Final = 0.05
"""Of a core: less than this, and nobody waits for what is done now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """How seldom a process tidies up."""

    young: int
    """New objects before a young collection. Python's own 700 look at the same living objects again
    and again; nearly all of ours die by themselves."""
    kept: int
    """Bytes of freed memory that the process keeps for the next batch: giving it back and taking it
    again costs page faults."""
    largest: int
    """Bytes of the largest buffer that is kept so; the system gives and takes what is larger."""


REQUESTS: Final = Calm(young=50_000, kept=16 * 2**20, largest=256 * 2**10)
"""For processes whose work comes in small pieces."""

BATCHES: Final = Calm(young=500_000, kept=64 * 2**20, largest=32 * 2**20)
"""For the router: more than two batches of 2,000 messages hold at once, and their memory, also that
of whole answers of the broker. With less it spends a tenth of its time on page faults."""


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
        mallopt(_M_MMAP_THRESHOLD, calm.largest)  # glibc takes 32 MiB at most.


class Burst:
    """Says when a time of much work is over."""

    def __init__(self) -> None:
        self._began = False

    def is_over(self, share: float) -> bool:
        """Take what share of a core was used since the last look; once after each burst: yes."""
        self._began = self._began or share >= BUSY
        over = self._began and share < AT_REST
        self._began = self._began and not over
        return over


async def give_back_at_rest(look_seconds: float = LOOK_SECONDS) -> None:
    """Give back what was kept, each time a burst is over. Runs until cancelled.

    Kept memory only ever grows to the largest batch so far; without this, for ever.
    """
    burst, used = Burst(), time.process_time()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    while trim is not None:  # Another C library does as it likes.
        await asyncio.sleep(look_seconds)
        before, used = used, time.process_time()
        if burst.is_over((used - before) / look_seconds):
            gc.collect()
            trim(0)
