"""Is there room? A broker whose disk is full loses its place; the hub refuses long before."""

import shutil
import time
from pathlib import Path
from typing import Final

MIN_FREE_BYTES: Final = 512 * 1024 * 1024
"""Below this the hub takes nothing new: what was admitted must still be decided, delivered and
recorded, and Kafka's own segments grow in steps of up to 1 GiB (sparse)."""

_FRESH_SECONDS: Final = 2.0


class Disk:
    """The free space below a directory, asked at most every two seconds."""

    def __init__(self, directory: Path, *, least: int = MIN_FREE_BYTES) -> None:
        self._directory, self.least = directory, least
        self._asked_at, self._free = -1e9, 0

    def has_room(self) -> bool:
        """Say whether new messages and objects may be taken."""
        return self.free() >= self.least

    def free(self) -> int:
        """Return the free bytes."""
        now = time.monotonic()
        if now - self._asked_at > _FRESH_SECONDS:
            self._asked_at, self._free = now, shutil.disk_usage(self._directory).free
        return self._free

    def total(self) -> int:
        """Return the size of the disk in bytes."""
        return shutil.disk_usage(self._directory).total
