"""SQLite as the spool uses it: one connection on one thread, whole transactions only."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from lgsp_edge.errors import EdgeError, SpoolFull

T = TypeVar("T")

VERSION: Final = 2
"""1: without `urgent` and `withdrawn`."""

_BUSY_SECONDS: Final = 10.0
"""How long a command waits for the running program's transaction, which takes milliseconds."""

_SEALED: Final = "key_id TEXT NOT NULL, sealed BLOB NOT NULL"
_NUMBER: Final = "seq INTEGER PRIMARY KEY AUTOINCREMENT"
_LINED: Final = f"{_NUMBER}, name BLOB NOT NULL UNIQUE, line BLOB NOT NULL"
_WAITING: Final = f"size INTEGER NOT NULL, at REAL NOT NULL, {_SEALED}"

_URGENT: Final = "urgent INTEGER NOT NULL DEFAULT 0"
_WITHDRAWN: Final = "withdrawn REAL"

_FROM_1: Final = (
    f"ALTER TABLE outgoing ADD COLUMN {_URGENT}",
    f"ALTER TABLE incoming ADD COLUMN {_URGENT}",
    f"ALTER TABLE incoming ADD COLUMN {_WITHDRAWN}",
)
"""An agency's spool holds what is not sent yet: a newer program takes it over as it is."""

_TABLES: Final = (
    f"outgoing ({_LINED}, kind TEXT NOT NULL, {_WAITING}, {_URGENT})",
    "known (name BLOB PRIMARY KEY, digest BLOB NOT NULL, at REAL NOT NULL) WITHOUT ROWID",
    f"""incoming ({_LINED}, connector TEXT NOT NULL, state TEXT NOT NULL, {_WAITING},
        {_URGENT}, {_WITHDRAWN})""",
    "settled (name BLOB PRIMARY KEY, outcome TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID",
    f"statements ({_NUMBER}, stage TEXT NOT NULL, at REAL NOT NULL, {_SEALED})",
    f"""dead ({_NUMBER}, direction TEXT NOT NULL, connector TEXT NOT NULL, code TEXT NOT NULL,
        peer_code TEXT, detail TEXT NOT NULL, place TEXT NOT NULL, fingerprint TEXT NOT NULL,
        incoming INTEGER UNIQUE, {_WAITING})""",
    f"places (name TEXT PRIMARY KEY, {_SEALED})",
    "objects (hash TEXT PRIMARY KEY, size INTEGER NOT NULL, at REAL NOT NULL, url TEXT)",
    """object_uses (hash TEXT NOT NULL, used_by TEXT NOT NULL, PRIMARY KEY (hash, used_by))
        WITHOUT ROWID""",
    "notes (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "totals (queue TEXT PRIMARY KEY, count INTEGER NOT NULL, size INTEGER NOT NULL)",
)
# AUTOINCREMENT: a number is never given twice, so a sealed record fits one place for ever.

COUNTED: Final = ("outgoing", "incoming", "dead")
"""What has a bound: counted as it changes, because adding up a week's backlog takes long."""

_CHANGE: Final = "UPDATE totals SET count = count {0} 1, size = size {0} {1}.size WHERE queue = "


def _schema() -> Iterator[str]:
    yield from (f"CREATE TABLE {table}" for table in _TABLES)
    yield "CREATE INDEX incoming_line ON incoming (line, seq)"
    for queue in COUNTED:
        yield f"INSERT INTO totals VALUES ('{queue}', 0, 0)"  # noqa: S608  (a constant)
        for when, sign, row in (("INSERT", "+", "new"), ("DELETE", "-", "old")):
            change = _CHANGE.format(sign, row) + f"'{queue}'"
            yield f"CREATE TRIGGER {queue}_{when} AFTER {when} ON {queue} BEGIN {change}; END"


class Database:
    """The spool's file."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        try:
            self._connection = self._thread.submit(_connect, path).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction; return once it is on the disk.

        Raises:
            SpoolFull: the disk is full; nothing was written.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _transaction, self._connection, work)

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the same without a loop, for commands."""
        return self._thread.submit(_transaction, self._connection, work).result()

    def close(self) -> None:
        """Finish what is under way and let go of the file."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    path.chmod(0o600)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        # Invariant 1: a commit has returned only once the disk has it, also after a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        _transaction(connection, _create)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version not in (0, 1):
        raise EdgeError(f"the spool has version {version}: install the program that wrote it")
    for statement in _FROM_1 if version else _schema():
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={VERSION}")


def _transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    try:
        connection.execute("BEGIN IMMEDIATE")
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError) and _is_full(error):
            raise SpoolFull("the disk is full") from error
        raise
    return result


def _is_full(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
