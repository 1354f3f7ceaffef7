"""What a witness remembers, in a SQLite file: one tree of each log."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lgsp_verify.log import TreeHead

_TABLE = "CREATE TABLE IF NOT EXISTS trees (origin TEXT PRIMARY KEY, size INTEGER, root BLOB)"


class Memory:
    """The largest tree that was cosigned of each log. Blocking; one call at a time."""

    def __init__(self, path: Path) -> None:
        # Called from a thread of the server's pool, under a lock of the server's.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(_TABLE)

    def replace(self, origin: str, judged: Callable[[TreeHead | None], TreeHead]) -> TreeHead:
        """Remember what `judged` makes of the tree that is known; return once durable.

        Reading and writing are one transaction: of two requests at once, the second one sees what
        the first one wrote. What `judged` raises goes through, and nothing is changed.
        """
        with self._whole():
            found = self._connection.execute(
                "SELECT size, root FROM trees WHERE origin = ?", (origin,)
            ).fetchone()
            new = judged(None if found is None else TreeHead(origin, found[0], found[1]))
            self._connection.execute(
                "INSERT INTO trees VALUES (?, ?, ?) "
                "ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root",
                (origin, new.size, new.root),
            )
        return new

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
