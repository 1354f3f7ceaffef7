"""The spool: what is to be sent, what has come, and where everybody stands; in one file."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

from lgsp_edge.database import Database
from lgsp_edge.errors import SpoolFull
from lgsp_edge.sealing import Sealed, SpoolKeys

T = TypeVar("T")

Queue = Literal["outgoing", "incoming"]

MEGABYTE: Final = 1_000_000

Point = Callable[[str], None]
"""Called with a name at each moment at which a crash matters; tests kill the process there."""


def nowhere(name: str) -> None:
    """Pass by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Most bytes that wait. Beyond them nothing is taken, and nothing that was taken is lost."""

    outgoing: int = 1000 * MEGABYTE
    """Messages to the hub and dead letters."""
    incoming: int = 250 * MEGABYTE
    objects: int = 10_000 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction: what is done through it happens wholly or not at all."""

    db: sqlite3.Connection
    keys: SpoolKeys
    bounds: Bounds
    now: float
    """Seconds since 1970."""

    def next_number(self, table: str) -> int:
        """Return the number that the next record of `table` will have."""
        query = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        row = self.db.execute(query, (table,)).fetchone()
        return 1 if row is None else int(row[0]) + 1

    def seal(self, table: str, number: int, plain: bytes) -> Sealed:
        """Encrypt a record for its number."""
        return self.keys.seal(plain, f"{table}:{number}")

    def open(self, table: str, number: int, key_id: str, data: bytes) -> bytes:
        """Decrypt a record.

        Raises:
            SpoolDamaged: see `SpoolKeys.open`.
        """
        return self.keys.open(Sealed(key_id=key_id, data=data), f"{table}:{number}")

    def total(self, queue: str) -> tuple[int, int]:
        """Return how many records wait in a queue, and their bytes."""
        query = "SELECT count, size FROM totals WHERE queue = ?"
        count, size = self.db.execute(query, (queue,)).fetchone()
        return int(count), int(size)

    def place(self, name: str) -> str | None:
        """Return a position: of a source, or of the inbox."""
        query = "SELECT key_id, sealed FROM places WHERE name = ?"
        row = self.db.execute(query, (name,)).fetchone()
        if row is None:
            return None
        return self.keys.open(Sealed(key_id=row[0], data=row[1]), f"places:{name}").decode()

    def set_place(self, name: str, position: str) -> None:
        """Keep a position; with the records that stand before it, in one transaction."""
        sealed = self.keys.seal(position.encode(), f"places:{name}")
        self.db.execute(
            "INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (name, sealed.key_id, sealed.data)
        )

    def note(self, name: str) -> str | None:
        """Return what an operator or the running program wrote down."""
        row = self.db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_note(self, name: str, value: str | None) -> None:
        """Write down, or strike out, a note."""
        self.db.execute("DELETE FROM notes WHERE name = ?", (name,))
        if value is not None:
            self.db.execute("INSERT INTO notes VALUES (?, ?)", (name, value))


class Spool:
    """The open spool of one edge connector."""

    def __init__(
        self,
        folder: Path,
        keys: SpoolKeys,
        *,
        bounds: Bounds | None = None,
        clock: Callable[[], float] = time.time,
        point: Point = nowhere,
    ) -> None:
        self.folder, self.keys, self.bounds = folder, keys, bounds or Bounds()
        self.clock, self.point = clock, point
        self._database = Database(folder / "spool.db")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def run(self, work: Callable[[Tx], T]) -> T:
        """Do `work` in one transaction; return once it is durable.

        Raises:
            SpoolFull: a bound or the disk; nothing was written.
        """
        return await self._database.run(lambda db: work(self._tx(db)))

    def do(self, work: Callable[[Tx], T]) -> T:
        """Do the same from a command, without a loop."""
        return self._database.do(lambda db: work(self._tx(db)))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _tx(self, db: sqlite3.Connection) -> Tx:
        return Tx(db, self.keys, self.bounds, self.clock())


def require_room(tx: Tx, queue: Queue, size: int) -> None:
    """Return if `size` bytes more fit.

    Raises:
        SpoolFull: they do not.
    """
    waiting = tx.total(queue)[1]
    if queue == "outgoing":
        waiting += tx.total("dead")[1]
    bound = tx.bounds.outgoing if queue == "outgoing" else tx.bounds.incoming
    if waiting + size > bound:
        raise SpoolFull(f"{queue}: more than {bound} bytes would wait")
