"""What was admitted, kept on disk: a cache of `hub.seen` in LMDB, one environment per partition.

The truth is the topic. The cache knows up to which offset of the topic it holds it (written in the
same LMDB transaction as the entries), so a start reads only the rest. Losing the cache costs a
longer start, nothing else.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import lmdb
from lgsp_message.limits import DEDUPLICATION_WINDOW

from hub.answers import Answer
from hub.decision.events import Memory
from hub.io.kafka.codec import decode_answer, seen_key
from hub.io.kafka.topics import partition_of

FIRST_MAP_BYTES: Final = 256 * 2**20
"""Address space of one environment, not memory; doubled whenever it is full. About a million
entries fit at first, and the file is only as large as what is in it."""

KEEP_SECONDS: Final = DEDUPLICATION_WINDOW.total_seconds() + 3600
"""An entry outlives the window by an hour: a sender's clock may run ahead of the hub's."""

SWEEP_ENTRIES: Final = 4
"""Old entries looked at for each new one: twice the growth, so the sweep keeps up."""

MOST_AT_ONCE: Final = 16
"""Entries in one LMDB transaction. For each it takes a page of memory, which it keeps for the next
one: without a bound every partition would once have had its largest batch, and keep that."""

_UNASKED: Final[Any] = object()
_POSITION: Final = b"\x00position"
_BOOT: Final = b"\x00boot"
_SWEPT: Final = b"\x00swept"

_Changes = Sequence[tuple[bytes, bytes | None]]


class SeenPartition:
    """The entries of one partition."""

    def __init__(self, directory: Path, boot: str) -> None:
        self._directory, self._boot = directory, boot.encode()
        self._env = self._open()
        if self._read(_BOOT) not in {None, self._boot}:
            # The machine went down: without sync to disk the file may be torn.
            self.clear()
        self._mark()

    @property
    def position(self) -> int:
        """The offset of `hub.seen` from which the topic must still be read."""
        return int(self._read(_POSITION) or b"0")

    def get(self, key: bytes) -> Answer | None:
        """Return what is remembered under a record key of `hub.seen`."""
        value = self._read(key)
        return None if value is None else decode_answer(value)

    def remember(self, entries: Iterable[tuple[bytes, bytes | None]], position: int) -> None:
        """Take records of `hub.seen` that are committed there, up to `position`."""
        changes = list(entries)
        # Dying in between leaves the old position: from there on the topic is read once more.
        for start in range(0, max(1, len(changes)), MOST_AT_ONCE):
            end = start + MOST_AT_ONCE
            self._put(changes[start:end], position, last=end >= len(changes))

    def _put(self, changes: _Changes, position: int, *, last: bool) -> None:
        try:
            self._try_put(changes, position, last=last)
        except lmdb.MapFullError:
            self._grow()
            self._put(changes, position, last=last)

    def _try_put(self, changes: _Changes, position: int, *, last: bool) -> None:
        with self._env.begin(write=True) as transaction:
            if position < int(transaction.get(_POSITION) or b"0"):
                # A process that froze after its commit and was replaced meanwhile: its successor
                # has read further, and an old answer must not be put over a newer one.
                return
            for key, value in changes:
                if value is None:
                    transaction.delete(key)
                else:
                    transaction.put(key, value)
            if last:
                transaction.put(_POSITION, str(position).encode())

    def clear(self) -> None:
        """Forget everything: the topic will be read from its beginning."""
        self._env.close()
        shutil.rmtree(self._directory)
        self._env = self._open()
        self._mark()

    def sweep(self, entries: int, now: float) -> None:
        """Look at the next `entries` entries and drop those beyond the window."""
        most = SWEEP_ENTRIES * MOST_AT_ONCE
        try:
            for left in range(entries, 0, -most):
                self._sweep(min(left, most), now)
        except lmdb.MapFullError:
            self._grow()  # The next sweep begins where this one did.

    def _grow(self) -> None:
        self._env.set_mapsize(2 * self._env.info()["map_size"])

    def _sweep(self, entries: int, now: float) -> None:
        with self._env.begin(write=True) as transaction, transaction.cursor() as cursor:
            found = cursor.set_range(transaction.get(_SWEPT) or b"\x01")
            while found and entries:
                entries -= 1
                old = decode_answer(cursor.value()).decided_at < now - KEEP_SECONDS
                found = cursor.delete() and bool(cursor.key()) if old else cursor.next()
            transaction.put(_SWEPT, bytes(cursor.key()) if found else b"\x01")

    def close(self) -> None:
        """Close the environment."""
        self._env.close()

    def _open(self) -> Any:
        self._directory.mkdir(parents=True, exist_ok=True)
        # No sync: what a crash of the machine tears is detected by the boot id and read again.
        # A file that has grown beyond the first size is opened with room to grow.
        grown = self._directory / "data.mdb"
        size = 2 * grown.stat().st_size if grown.exists() else 0
        return lmdb.open(
            str(self._directory),
            map_size=max(FIRST_MAP_BYTES, size),
            sync=False,
            metasync=False,
        )

    def _mark(self) -> None:
        with self._env.begin(write=True) as transaction:
            transaction.put(_BOOT, self._boot)

    def _read(self, key: bytes) -> bytes | None:
        with self._env.begin() as transaction:
            value: bytes | None = transaction.get(key)
            return value


class SeenStore:
    """The partitions one router owns. Implements `hub.ports.Admitted`."""

    def __init__(self, directory: Path, partitions: Iterable[int], total: int, boot: str) -> None:
        self._total = total
        self._partitions: Mapping[int, SeenPartition] = {
            number: SeenPartition(directory / f"{number:03d}", boot) for number in partitions
        }

    def get(self, source: str, key: str) -> Answer | None:
        """Return what was remembered for `key` of `source`."""
        return self._partitions[partition_of(source, self._total)].get(seen_key(source, key))

    def partition(self, number: int) -> SeenPartition:
        """Return one partition's entries."""
        return self._partitions[number]

    def close(self) -> None:
        """Close all partitions."""
        for partition in self._partitions.values():
            partition.close()


class Overlay:
    """The store plus what the running batch has decided so far and not yet committed."""

    def __init__(self, store: SeenStore) -> None:
        self._store = store
        self._fresh: dict[tuple[str, str], Answer | None] = {}

    def get(self, source: str, key: str) -> Answer | None:
        """Return what was remembered, in this batch or before. The store is asked once for each."""
        place = source, key
        found: Answer | None = self._fresh.get(place, _UNASKED)
        if found is _UNASKED:
            found = self._fresh[place] = self._store.get(source, key)
        return found

    def add(self, memories: Iterable[Memory]) -> None:
        """Take what a decision of the running batch wants remembered."""
        for memory in memories:
            self._fresh[memory.source, memory.key] = memory.answer

    def put(self, source: str, key: str, answer: Answer | None) -> None:
        """Take what is remembered under a key from now on; None: nothing."""
        self._fresh[source, key] = answer


def boot_id() -> str:
    """Return what changes at each start of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
