"""Open the SQL store, and the one place where its errors become the hub's."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hub.ports import Unavailable

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of the hub. Named constraints, so that a migration can change them."""

LOCK_WAIT_SECONDS: Final = 10
"""How long a statement waits for another process that writes to the same SQLite file."""


def open_engine(url: str) -> AsyncEngine:
    """Open `sqlite:///path` or `postgresql://…` (the async driver is chosen here)."""
    if url.startswith("sqlite:"):
        engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:", 1))
        event.listen(engine.sync_engine, "connect", _tune_sqlite)
        return engine
    return create_async_engine(
        url.replace("postgresql:", "postgresql+psycopg:", 1), pool_pre_ping=True
    )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """Give the store while the block runs; its connections are closed afterwards."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


def open_blocking_engine(url: str) -> Engine:
    """Open the store for one worker thread whose writes can be made again from Kafka.

    Such a thread has no use for the event loop, nor for the hop to it at each statement.
    """
    if url.startswith("sqlite:"):
        engine = create_engine(url)
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "connect", _rely_on_kafka)
        return engine
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1), pool_pre_ping=True)


@contextmanager
def sql_errors(doing: str) -> Iterator[None]:
    """Let no driver's error about the connection leave `hub.io`.

    Raises:
        Unavailable: the database is away, locked or full.
    """
    try:
        yield
    except (OperationalError, PoolTimeout, OSError) as error:
        raise Unavailable(f"SQL did not answer {doing}: {type(error).__name__}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(f"SQL went away {doing}") from error
        raise


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={LOCK_WAIT_SECONDS * 1000}")
    _turn_wal_on(cursor)
    # FULL: a committed change survives a power cut.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _turn_wal_on(cursor: Any) -> None:
    """Let readers never wait for the writer; wait while another process does the same.

    SQLite does not apply its busy timeout to this one statement: of two hubs that start at once
    on a new file, one is told "locked" at once.
    """
    deadline = monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return


def _rely_on_kafka(connection: Any, _record: Any) -> None:
    # A power cut may take back the last batches, rows and positions together: they are read again.
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
