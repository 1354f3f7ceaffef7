"""What the kernel says about processes and the machine (proc(5))."""

import contextlib
import os
import platform
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_JAVA_SECONDS: Final = 30
_STILL_SECONDS: Final = 10
_GLANCE_SECONDS: Final = 0.001


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, in user mode and in the kernel.

    Raises:
        OSError: there is no such process.
    """
    fields = _fields(Path(f"/proc/{pid}"))
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _fields(folder: Path) -> list[str]:
    """Return what `stat` says of a process or a thread, from its state on."""
    # The name before it may hold spaces and brackets: counted from the last bracket.
    return (folder / "stat").read_text().rpartition(")")[2].split()


def memory_mb(pid: int, kind: str = "VmRSS") -> float:
    """Return resident memory in MiB; `RssAnon` is the part that no file stands behind.

    Raises:
        OSError: there is no such process.
    """
    told = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{kind}:\s+(\d+) kB", told, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0


def share_mb(pid: int) -> float:
    """Return a process's share of memory in MiB: a page that several use counts once in their sum.

    Raises:
        OSError: there is no such process, or it is another user's.
    """
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Hold a process still: from the first line on none of its threads runs.

    The signal alone promises less: on a busy machine a Java was seen to work on for 23 ms after it,
    long enough for a broker to answer.

    Raises:
        OSError: there is no such process.
        TimeoutError: it still runs after `_STILL_SECONDS`.
    """
    os.kill(pid, signal.SIGSTOP)
    try:
        _await_stillness(pid)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _await_stillness(pid: int) -> None:
    deadline = time.monotonic() + _STILL_SECONDS
    while not all(_is_stopped(one) for one in Path(f"/proc/{pid}/task").iterdir()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not stand still")
        time.sleep(_GLANCE_SECONDS)


def _is_stopped(thread: Path) -> bool:
    try:
        return _fields(thread)[0] == "T"
    except (FileNotFoundError, ProcessLookupError):
        return True  # It ended between two looks.


def machine(java: dict[str, str]) -> dict[str, str | int | float]:
    """Return what was measured on; `java`: by whom it is used, and its executable."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(memory[1]) / 2**20, 1) if memory else 0.0,
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{f"java_{user}": java_version(executable) for user, executable in java.items()},
    }


def java_version(executable: str) -> str:
    """Return the version that a Java names."""
    told = subprocess.run(  # noqa: S603  (the Java that is measured)
        [executable, "-version"],
        capture_output=True,
        text=True,
        timeout=_JAVA_SECONDS,
        check=False,
    )
    found = re.search(r'version "([^"]+)"', told.stderr)
    return found[1] if found else "unknown"
