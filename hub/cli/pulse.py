"""How a process says that it lives and is ready: a small file, written anew each second.

The supervisor reads it, `hub health NAME` reads it (a container's health check), and a process
whose event loop hangs stops writing it.
"""

import asyncio
import contextlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.io.waiting import wait_for

BEAT_SECONDS: Final = 1.0
"""Between two beats."""

STALE_SECONDS: Final = 15.0
"""A pulse older than this says that the process is gone or hangs: many missed beats, because a
machine that swaps or a long garbage collection is not a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a process last said about itself."""

    pid: int
    ready: bool
    beat: int
    """Counts up with each beat."""
    at: float
    """Seconds since 1970, UTC."""

    @property
    def fresh(self) -> bool:
        """Return whether it was written just now."""
        return abs(time.time() - self.at) < STALE_SECONDS


async def keep_beating(path: Path, ready: asyncio.Event) -> None:
    """Write the pulse each second, and at once when `ready` is set, until cancelled."""
    beat = 0
    try:
        while True:
            beat += 1
            _write(path, ready=ready.is_set(), beat=beat)
            if ready.is_set():
                await asyncio.sleep(BEAT_SECONDS)
            else:
                await wait_for(ready, BEAT_SECONDS)
    finally:
        forget(path)


def forget(path: Path) -> None:
    """Remove a pulse: its process has ended, or is about to start."""
    path.unlink(missing_ok=True)


def read(path: Path) -> Pulse | None:
    """Return the last pulse, or None where there is none."""
    try:
        told = json.loads(path.read_text(encoding="ascii"))
        return Pulse(pid=told["pid"], ready=told["ready"], beat=told["beat"], at=told["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, *, ready: bool, beat: int) -> None:
    text = json.dumps({"pid": os.getpid(), "ready": ready, "beat": beat, "at": time.time()})
    temporary = path.with_suffix(".new")
    # A full disk must not stop the process: the missing beat says it to whoever watches.
    with contextlib.suppress(OSError):
        temporary.write_text(text, encoding="ascii")
        temporary.replace(path)
