"""The broker's data directory: who may use it, whether there is room, what stands where."""

import contextlib
import fcntl
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from hub.io.embedded.errors import DataDirectoryInUse, DataDirectoryUnusable
from hub.io.embedded.process import KILLED_SECONDS

MIN_FREE_BYTES: Final = 512 * 1024 * 1024
"""Room that must be there at a start: Kafka halts at the first failed write, so it must be able to
open a 64 MB segment in each busy log and to write its own log files while the operator acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The names below the data directory."""

    root: Path

    @property
    def records(self) -> Path:
        """Return Kafka's own directory: topics and the KRaft metadata."""
        return self.root / "kafka"

    @property
    def clean_end(self) -> Path:
        """Return the file that Kafka leaves at a clean stop, and removes at the next start."""
        return self.records / ".kafka_cleanshutdown"

    @property
    def unformatted(self) -> Path:
        """Return where a new storage is prepared; renamed to `records` when it is whole."""
        return self.root / "kafka.new"

    @property
    def properties(self) -> Path:
        """Return Kafka's `server.properties`, written anew at every start."""
        return self.root / "server.properties"

    @property
    def logging(self) -> Path:
        """Return Log4j's configuration, written anew at every start."""
        return self.root / "log4j2.xml"

    @property
    def log(self) -> Path:
        """Return Kafka's log file; older ones are `broker.log.1` and so on."""
        return self.root / "logs" / "broker.log"

    @property
    def output(self) -> Path:
        """Return what Java itself says: options it refuses, a crash."""
        return self.root / "logs" / "java.out"

    @property
    def scratch(self) -> Path:
        """Return Java's directory for temporary files: unpacked compression libraries."""
        return self.root / "tmp"

    @property
    def pid(self) -> Path:
        """Return the file with the running broker's process id."""
        return self.root / "broker.pid"

    @property
    def lock(self) -> Path:
        """Return the file that a hub holds locked; it holds that hub's process id."""
        return self.root / "hub.lock"


def prepare(layout: Layout) -> None:
    """Make the directories and see that there is room.

    Raises:
        DataDirectoryUnusable: not writable, full, or a name that Kafka cannot take.
    """
    if "," in str(layout.root):
        raise DataDirectoryUnusable(
            f"The data directory {layout.root} has a comma in its name; Kafka would take it for "
            "two directories.",
            step="choose a name without a comma.",
        )
    try:
        layout.log.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(layout.root).free
    except OSError as error:
        raise _not_writable(layout, error) from error
    if free < MIN_FREE_BYTES:
        raise disk_full(layout, free)


def disk_full(layout: Layout, free: int) -> DataDirectoryUnusable:
    """Return the error for a full disk."""
    return DataDirectoryUnusable(
        f"The disk under {layout.root} is full: {free / 1e6:.0f} MB free, the broker needs "
        f"{MIN_FREE_BYTES / 1e6:.0f} MB.",
        step="free space on this disk, then start again. Nothing that was acknowledged is lost.",
    )


def take(layout: Layout) -> IO[str]:
    """Lock the data directory for this hub; closing the result gives it back.

    The kernel frees the lock when the hub dies, so a stale lock cannot exist.

    Raises:
        DataDirectoryInUse: another hub holds it.
        DataDirectoryUnusable: not writable.
    """
    try:
        file = layout.lock.open("a+", encoding="ascii")
    except OSError as error:
        raise _not_writable(layout, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        who = f"the hub with pid {holder}" if holder else None
        raise DataDirectoryInUse(layout.root, who) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def end_orphan(layout: Layout) -> None:
    """End a broker that a dead hub left on this directory, and forget its pid file.

    Call it with the lock held. Process ids are used again: only a process whose command line
    names our own `server.properties` is ours to end.

    Raises:
        DataDirectoryInUse: it does not end.
    """
    pid = _read_pid(layout)
    if pid is not None and _is_our_broker(pid, layout):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + KILLED_SECONDS
        while _is_our_broker(pid, layout):
            if time.monotonic() > deadline:
                raise DataDirectoryInUse(layout.root, f"a broker that does not end (pid {pid})")
            time.sleep(0.05)
    layout.pid.unlink(missing_ok=True)


def _read_pid(layout: Layout) -> int | None:
    try:
        return int(layout.pid.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _is_our_broker(pid: int, layout: Layout) -> bool:
    """Return whether this process runs Kafka on this data directory (never for a zombie)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(layout.properties) in command


def _not_writable(layout: Layout, error: OSError) -> DataDirectoryUnusable:
    return DataDirectoryUnusable(
        f"The data directory {layout.root} cannot be written: {error.strerror or error}.",
        step="give this user the right to write there, or choose another directory.",
    )
