"""What a support bundle tells of this machine: versions, processes, disk, logs."""

import os
import platform
import shutil
import sys
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

from hub.cli.bundle.masking import Masking
from hub.cli.home import Home
from hub.cli.processes import Name
from hub.cli.supervisor import status_of
from hub.io.embedded import EmbeddedBroker

MAX_LOG_BYTES: Final = 4 * 1024 * 1024
"""Of one log, from its end."""


def about(home: Home) -> dict[str, Any]:
    """Return the versions of everything that runs, and the shape of the hub."""
    identity = home.identity()
    installed = {one.name: one.version for one in distributions() if one.name}
    return {
        "hub": identity.hub,
        "partitions": identity.partitions,
        "version": installed.get("lgsp-hub"),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "installed": dict(sorted(installed.items())),
    }


def processes(home: Home) -> dict[str, Any]:
    """Return the status table."""
    return asdict(status_of(home))


def disk(home: Home) -> dict[str, Any]:
    """Return how much room there is, and what takes it: sizes alone, no names of files."""
    usage = shutil.disk_usage(home.root)
    parts = {
        "kafka": home.broker,
        "objects": home.objects,
        "database": home.database,
        "logs": home.logs,
        "seen": home.seen,
    }
    sizes = {name: _size(path) for name, path in parts.items()}
    return {"total": usage.total, "free": usage.free, "home": sizes}


def logs(home: Home) -> dict[str, Path]:
    """Return the log of each process, and of the embedded broker."""
    found = {name.value: home.log(name.value) for name in Name}
    return found | {"broker": EmbeddedBroker(home.broker).log}


def log_end(path: Path, lines: int, masking: Masking, *, ours: bool) -> str:
    """Return the last lines of a log, masked. `ours`: it holds JSON only, the rest is left out.

    Raises:
        OSError: it cannot be read.
    """
    found = end_of(path)[-lines:] if lines else []
    told = [masking.line(one) if ours else masking.words(one) for one in found]
    kept = [one for one in told if one is not None]
    left_out = len(told) - len(kept)
    note = [f"[{left_out} lines that are not the hub's own were left out]"] if left_out else []
    return "".join(f"{one}\n" for one in (*kept, *note))


def end_of(path: Path) -> list[str]:
    """Return the last whole lines of a log, the newest last: `MAX_LOG_BYTES` at most.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - MAX_LOG_BYTES))
        found = file.read(MAX_LOG_BYTES).decode(errors="replace").splitlines()
    # Cut in the middle: the first line is not whole.
    return found[1:] if size > MAX_LOG_BYTES else found


def _size(path: Path) -> int:
    try:
        if path.is_file():
            return path.stat().st_size
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    except OSError:
        return 0  # A file that went away meanwhile: the next look is better.
