"""Where a process's CPU time goes, with the standard library's profiler on all its threads.

Each thread by its own clock: what waits for the interpreter's lock costs nothing here. The profiler
itself takes about as long as the work: read the shares, not the seconds.
"""

import cProfile
import pstats
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def profiled(output: Path | None) -> Iterator[None]:
    """Profile the block and every thread that starts in it; write `pstats` data to `output`."""
    if output is None:
        yield
        return
    profiles = [cProfile.Profile(time.thread_time)]

    def begin(*_: Any) -> None:
        # The first event of a new thread: this hook is replaced by the profiler's own.
        profiles.append(cProfile.Profile(time.thread_time))
        profiles[-1].enable()

    # From Python 3.12 on, one profiler sees all threads, and a second one is an error.
    if sys.version_info < (3, 12):
        threading.setprofile(begin)
    profiles[0].enable()
    try:
        yield
    finally:
        threading.setprofile(None)
        _save(profiles, output)


def _save(profiles: list[cProfile.Profile], output: Path) -> None:
    for profile in profiles:
        profile.disable()
    stats = pstats.Stats(profiles[0])
    for profile in profiles[1:]:
        stats.add(profile)
    stats.dump_stats(output)
