"""What people set about time: moved working days, time limits of procedures, calendar feeds."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.io.sql.alert_tables import calendar_feeds
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement
from hub.io.sql.views_tables import calendar_days, procedure_limits

TOKEN_BYTES: Final = 32
"""256 bits: nobody guesses the address of a feed."""
MAX_FEEDS: Final = 10
"""Of one person: a calendar, a telephone, a shared one."""
WHOLE: Final = "*"
"""A feed of all organisations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A calendar feed, without its secret."""

    digest: str
    person: str
    organisation: str
    made_at: datetime


class Times:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def days(self) -> list[dict[str, Any]]:
        """Return the days that were moved, in order."""
        return await self._listed(calendar_days)

    async def limits(self) -> list[dict[str, Any]]:
        """Return the time limits by procedure."""
        return await self._listed(procedure_limits)

    async def put(self, what: str, row: Mapping[str, Any], *, actor: str, reason: str) -> None:
        """Set a moved day or the time limit of a procedure (`days`, `limits`)."""
        table, entity, key = _named(what)
        with sql_errors("writing the calendar"):
            async with self._engine.begin() as connection:
                statement = upsert_statement(connection.dialect.name, table)
                await connection.execute(statement, [dict(row)])
                await self._note(connection, f"{entity}/{row[key.name]}", "put", actor, reason)

    async def remove(self, what: str, id: str | int | date, *, actor: str, reason: str) -> None:
        """Let a day be again what the law says, or forget a procedure's limit.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        table, entity, key = _named(what)
        with sql_errors("writing the calendar"):
            async with self._engine.begin() as connection:
                gone = await connection.execute(delete(table).where(key == id))
                if not gone.rowcount:
                    detail = "there is none"
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, detail, f"{entity}/{id}")
                await self._note(connection, f"{entity}/{id}", "remove", actor, reason)

    async def make_feed(self, organisation: str, *, actor: str) -> str:
        """Make a feed; return its secret, which is shown once and kept as a hash only.

        Raises:
            ChangeRefused: `NAME_TAKEN`: this person has too many already.
        """
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._clock()
        f = calendar_feeds
        with sql_errors("making a calendar feed"):
            async with self._engine.begin() as connection:
                mine = await connection.execute(select(f.c.digest).where(f.c.person == actor))
                if len(mine.all()) >= MAX_FEEDS:
                    detail = f"at most {MAX_FEEDS} feeds: revoke one"
                    raise ChangeRefused(Refusal.NAME_TAKEN, detail, "feeds")
                values = {"person": actor, "organisation": organisation, "made_at": now}
                await connection.execute(insert(f).values(digest=_digest(token), **values))
                touched = [(f"calendar-feed/{actor}", "make")]
                await note(connection, now, actor, "calendar feed", touched)
        return token

    async def feeds(self, person: str) -> list[Feed]:
        """Return a person's feeds."""
        f = calendar_feeds
        with sql_errors("reading calendar feeds"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(f).where(f.c.person == person))
                return [_feed(row) for row in found]

    async def revoke_feed(self, digest: str, *, actor: str) -> None:
        """Let one of one's own feeds end.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        f = calendar_feeds
        with sql_errors("revoking a calendar feed"):
            async with self._engine.begin() as connection:
                gone = await connection.execute(
                    delete(f).where(f.c.digest == digest, f.c.person == actor)
                )
                if not gone.rowcount:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such feed", "digest")
                touched = [(f"calendar-feed/{actor}", "revoke")]
                await note(connection, self._clock(), actor, "calendar feed", touched)

    async def feed(self, token: str) -> Feed | None:
        """Return the feed with this secret."""
        f = calendar_feeds
        with sql_errors("reading calendar feeds"):
            async with self._engine.connect() as connection:
                query = select(f).where(f.c.digest == _digest(token))
                row = (await connection.execute(query)).first()
        return None if row is None else _feed(row)

    async def _listed(self, table: Table) -> list[dict[str, Any]]:
        [key] = table.primary_key.columns
        with sql_errors("reading the calendar"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(table).order_by(key))
                names = [column.name for column in table.columns]
                return [dict(zip(names, row, strict=True)) for row in found]

    async def _note(
        self, connection: AsyncConnection, entity: str, action: str, actor: str, reason: str
    ) -> None:
        # Invariant 11: who moved a limit, when and why.
        await note(connection, self._clock(), actor, reason, [(entity, action)])


_KINDS: Final[Mapping[str, tuple[Table, str]]] = {
    "days": (calendar_days, "calendar-day"),
    "limits": (procedure_limits, "procedure-limit"),
}
"""What people set, with its name in the trail."""


def _named(what: str) -> tuple[Table, str, Column[Any]]:
    table, entity = _KINDS[what]
    [key] = table.primary_key.columns
    return table, entity, key


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _feed(row: Any) -> Feed:
    return Feed(
        digest=row.digest, person=row.person, organisation=row.organisation, made_at=row.made_at
    )
