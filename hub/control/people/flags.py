"""Read-only mode: while it is on, no person changes anything. Messages flow as always."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from hub.control import store
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import flags as table
from hub.io.sql.upsert import upsert_statement

READ_ONLY: Final = "read_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnly:
    """Whether it is on, and who turned it so."""

    on: bool
    fixed: bool
    """By the setting `HUB_API_READ_ONLY`: nobody turns it off while the hub runs."""
    by: str | None = None
    at: datetime | None = None


class Flags:
    """What people turn on and off. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, *, fixed: bool = False) -> None:
        self._control, self._fixed = control, fixed

    async def read_only(self) -> ReadOnly:
        """Return whether the hub is in read-only mode."""
        if self._fixed:
            return ReadOnly(on=True, fixed=True)
        query = select(table).where(table.c.name == READ_ONLY)
        with sql_errors("reading a flag"):
            async with self._control.engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            return ReadOnly(on=False, fixed=False)
        return ReadOnly(on=bool(row.value), fixed=False, by=row.set_by, at=row.set_at)

    async def set_read_only(self, *, on: bool, actor: str, reason: str) -> None:
        """Turn read-only mode on or off. Safe to repeat."""
        before = (await self.read_only()).on
        at, entity = self._control.clock(), f"flag/{READ_ONLY}"
        row = {"name": READ_ONLY, "value": on, "set_by": actor, "set_at": at}
        with sql_errors("writing a flag"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await connection.execute(upsert_statement(connection.dialect.name, table), [row])
                touched, values = [(entity, "set_read_only")], {entity: (before, on)}
                await note(connection, at, actor, reason, touched, values=values)
