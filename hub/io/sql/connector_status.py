"""What connectors tell about themselves, kept for operators, and the tests that these ask for.

The connectors process writes (its port `ConnectorStatus`), the API reads. A report is replaced by
the next one: losing the table loses nothing for longer than some seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.connector_tables import connector_status, connector_tests
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement

TESTS_KEPT: Final = timedelta(days=7)
"""A test tells how the other side was: an old one is of no use to anybody."""


class Report(Protocol):
    """What a connector tells: the fields of `Reported`, under these names."""

    @property
    def name(self) -> str: ...
    @property
    def generation(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def vi(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def last_success_at(self) -> datetime | None: ...
    @property
    def delivered(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def dead_letters(self) -> int: ...
    @property
    def lag_messages(self) -> int: ...
    @property
    def lag_seconds(self) -> float: ...
    @property
    def breaker(self) -> str: ...
    @property
    def running(self) -> str | None: ...
    @property
    def checkpoint(self) -> str | None: ...
    @property
    def read_at(self) -> datetime | None: ...
    @property
    def next_read_at(self) -> datetime | None: ...
    @property
    def at(self) -> datetime: ...


class Checked(Protocol):
    """What an adapter found when it was asked to look at the other side."""

    @property
    def command(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def vi(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The newest report of a connector."""

    generation: int
    state: str
    vi: str
    en: str
    """Why, in words for the operator; empty while all is well."""
    last_success_at: datetime | None
    delivered: int
    failed: int
    waiting: int
    dead_letters: int
    lag_messages: int
    lag_seconds: float
    breaker: str | None
    running: str | None
    checkpoint: str | None
    read_at: datetime | None
    next_read_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test that an operator asked for, and its answer once there is one."""

    id: str
    connector: str
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None = None
    ok: bool | None = None
    vi: str | None = None
    en: str | None = None


class ConnectorStatuses:
    """Keeps reports and tests. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def report(self, reports: Sequence[Report]) -> None:
        """Take reports; of two about one connector the later stays, whichever comes last."""
        if not reports:
            return
        statement = upsert_statement(self._engine.dialect.name, connector_status, newest_by="at")
        names = [field.name for field in fields(Reported)]
        rows = [
            {"connector": one.name} | {name: getattr(one, name) for name in names}
            for one in reports
        ]
        with sql_errors("taking reports of connectors"):
            async with self._engine.begin() as connection:
                await connection.execute(statement, rows)

    async def checked(self, checked: Checked) -> None:
        """Take the answer to a test. Safe to repeat; an answer to nobody is passed over."""
        table = connector_tests
        values = {
            "answered_at": checked.at,
            "ok": checked.ok,
            "vi": checked.vi,
            "en": checked.en,
        }
        with sql_errors("taking the answer to a test"):
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(table).where(table.c.id == checked.command).values(values)
                )

    async def reported(self, connectors: Collection[str]) -> Mapping[str, Reported]:
        """Return the newest report of each of these connectors that ever reported."""
        table = connector_status
        query = select(table).where(table.c.connector.in_(connectors))
        with sql_errors("reading reports of connectors"):
            async with self._engine.connect() as connection:
                rows = list(await connection.execute(query))
        return {row.connector: _reported(row) for row in rows}

    async def ask(self, test: Test) -> None:
        """Keep a test, and forget old ones."""
        table = connector_tests
        values = {
            "id": test.id,
            "connector": test.connector,
            "asked_by": test.asked_by,
            "asked_at": test.asked_at,
        }
        with sql_errors("keeping a test"):
            async with self._engine.begin() as connection:
                old = test.asked_at - TESTS_KEPT
                await connection.execute(delete(table).where(table.c.asked_at < old))
                await connection.execute(insert(table).values(values))

    async def test(self, connector: str, id: str) -> Test | None:
        """Return a test, or None where it was never asked for, or long ago."""
        table = connector_tests
        query = select(table).where(table.c.id == id, table.c.connector == connector)
        with sql_errors("reading a test"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Test(**{field.name: getattr(row, field.name) for field in fields(Test)})


def _reported(row: Any) -> Reported:
    return Reported(**{field.name: getattr(row, field.name) for field in fields(Reported)})
