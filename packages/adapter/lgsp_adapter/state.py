"""A connector's own small memory on disk, for what neither the hub nor the other side remembers.

A refresh token that changes with every use, how many messages went out today, which orders are
still on their way. Whatever is awaited here is on the disk when the call returns (SQLite,
`synchronous=FULL`), so it may stand before a call to the other side. Several connectors of one
machine may share a file; a connector that moves to another machine needs its file there.
"""

import asyncio
import os
import sqlite3
import threading
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from lgsp_adapter.errors import Fatal, Retryable

T = TypeVar("T")

_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (space, key))"
)
_BUSY_SECONDS: Final = 5.0
_OWNER_ONLY: Final = 0o600
"""It may hold a token: nobody else reads it."""


class State:
    """Entries by space and key, in the order in which they were first written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._lock = asyncio.Lock()
        self._one = threading.Lock()

    async def open(self) -> None:
        """Open the file, or make it.

        Raises:
            Fatal: it cannot be opened.
        """
        self._db = await asyncio.to_thread(_connect, self._path)
        await self.claim("state", "id", uuid.uuid4().hex)

    async def close(self) -> None:
        """Close the file, after the work under way."""
        async with self._lock:
            db, self._db = self._db, None
            if db is not None:
                await asyncio.to_thread(self._close, db)

    async def identity(self) -> str:
        """Return the name of this file, drawn when it was made: positions in it begin with it."""
        return await self.get("state", "id") or ""

    async def get(self, space: str, key: str) -> str | None:
        """Return a value."""
        return await self._run(lambda db: _get(db, space, key))

    async def put(self, space: str, key: str, value: str) -> None:
        """Set a value; the entry keeps its place."""
        sql = (
            "INSERT INTO entry (space, key, value) VALUES (?, ?, ?)"
            " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value"
        )
        await self._run(lambda db: db.execute(sql, (space, key, value)))

    async def claim(self, space: str, key: str, value: str) -> str:
        """Set a value where there is none; return the one that stands there now."""
        sql = "INSERT INTO entry (space, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"

        def work(db: sqlite3.Connection) -> str:
            db.execute(sql, (space, key, value))
            return _get(db, space, key) or value

        return await self._run(work)

    async def drop(self, space: str, key: str, value: str | None = None) -> None:
        """Forget an entry; with `value`, only while it has that one."""
        sql = "DELETE FROM entry WHERE space = ? AND key = ? AND value = coalesce(?, value)"
        await self._run(lambda db: db.execute(sql, (space, key, value)))

    async def sweep(self, space: str, prefix: str, upto: int) -> None:
        """Forget the entries whose key begins with `prefix`, up to place `upto`."""
        sql = "DELETE FROM entry WHERE space = ? AND substr(key, 1, ?) = ? AND seq <= ?"
        await self._run(lambda db: db.execute(sql, (space, len(prefix), prefix, upto)))

    async def count(self, space: str, key: str, by: int, limit: int | None = None) -> bool:
        """Add to a number from 0 on. False, and nothing added, where it would pass `limit`."""

        def work(db: sqlite3.Connection) -> bool:
            total = int(_get(db, space, key) or "0") + by
            if limit is not None and total > limit:
                return False
            sql = "INSERT OR REPLACE INTO entry (space, key, value) VALUES (?, ?, ?)"
            db.execute(sql, (space, key, str(max(total, 0))))
            return True

        return await self._run(work)

    async def after(self, space: str, seq: int, limit: int) -> list[tuple[int, str, str]]:
        """Return place, key and value of the entries of a space behind place `seq`, in order."""
        sql = "SELECT seq, key, value FROM entry WHERE space = ? AND seq > ? ORDER BY seq LIMIT ?"
        return await self._run(lambda db: db.execute(sql, (space, seq, limit)).fetchall())

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._lock:
            if self._db is None:
                raise Fatal("the state file is not open")
            try:
                return await asyncio.to_thread(self._transact, self._db, work)
            except sqlite3.Error as error:
                # It stands before the call to the other side, which then is not made.
                kind = type(error).__name__
                raise Retryable(f"the state file: {kind}", untouched=True) from error

    def _transact(self, db: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
        # A thread cannot be cancelled: the one of a cancelled call may still be at work here.
        with self._one:
            # IMMEDIATE: two connectors that read, then write, must not both read first.
            db.execute("BEGIN IMMEDIATE")
            try:
                found = work(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            return found

    def _close(self, db: sqlite3.Connection) -> None:
        with self._one:
            db.close()


class Closable(Protocol):
    """What speaks with the other side."""

    async def close(self) -> None:
        """Let go of the connections."""
        ...


P = TypeVar("P", bound=Closable)


class StateAndPeer(Generic[P]):
    """An adapter's memory and its way to the other side: open together, closed together."""

    def __init__(self, path: Path) -> None:
        self.state = State(path)
        self._peer: P | None = None

    async def open(self, connect: Callable[[], Awaitable[P]]) -> None:
        """Open the memory, then the way to the other side.

        Raises:
            Fatal: the file cannot be opened. And whatever `connect` raises.
        """
        await self.state.open()
        self._peer = await connect()

    @property
    def peer(self) -> P:
        """What speaks with the other side.

        Raises:
            Fatal: it is not open.
        """
        if self._peer is None:
            raise Fatal("not open")
        return self._peer

    async def close(self) -> None:
        """Close what was opened, also after a failed `open`."""
        await self.state.close()
        if self._peer is not None:
            await self._peer.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
        db = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(_SCHEMA)
    except (OSError, sqlite3.Error) as error:
        raise Fatal(f"the state file cannot be opened: {type(error).__name__}") from error
    return db


def _get(db: sqlite3.Connection, space: str, key: str) -> str | None:
    row = db.execute("SELECT value FROM entry WHERE space = ? AND key = ?", (space, key)).fetchone()
    return None if row is None else str(row[0])
