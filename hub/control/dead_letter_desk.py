"""What operators tell each other about dead letters: who has taken one, whose it is, notes.

Nothing here moves a delivery. Each word has a name, and stands in the trail (invariant 11).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from lgsp_client import uuid7
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.dead_letters import Key, entity
from hub.control.people.accounts import account_of
from hub.control.people.rights import Action
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.decision.rows import DeadLetterRow
from hub.io.sql.dead_letter_desk import by_letter, key_of
from hub.io.sql.dead_letter_queries import DeadLetterQueries
from hub.io.sql.desk_tables import desk
from hub.io.sql.desk_tables import notes as notes_table
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people
from hub.io.sql.upsert import upsert_statement

ASSIGNED, ACKNOWLEDGED, NOTED = "assign_dead_letter", "take_dead_letter", "note_dead_letter"
"""What the trail calls them."""


class DeskWork:
    """Every method raises `Unavailable` when SQL is away, and is safe to repeat."""

    def __init__(
        self, engine: AsyncEngine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine, self._clock = engine, clock
        self._queries = DeadLetterQueries(engine)

    async def take(self, keys: Sequence[Key], *, actor: str, reason: str) -> int:
        """Take note of these; return how many are open. Whose they are stays as it is.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: one of them never was a dead letter.
        """
        rows = await self._open(keys)
        return await self._keep(rows, {}, ACKNOWLEDGED, actor, reason)

    async def assign(
        self, keys: Sequence[Key], assignee: str | None, *, actor: str, reason: str
    ) -> int:
        """Give these to somebody, or to nobody; return how many are open.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: no such dead letter, or nobody of this name may retry.
        """
        rows = await self._open(keys)
        return await self._keep(rows, {"assignee": assignee}, ASSIGNED, actor, reason)

    async def note(self, keys: Sequence[Key], *, actor: str, text: str) -> int:
        """Add a note to each of these, also where they have ended; return how many.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: one of them never was a dead letter.
        """
        rows, at = await self._known(keys), self._clock()
        values = [
            _named(row) | {"note": uuid7(), "text": text, "by": actor, "at": at} for row in rows
        ]
        with sql_errors("noting something"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                await connection.execute(insert(notes_table), values)
                # Invariant 11: the trail and the deed are one transaction; the note is the reason.
                await note(connection, at, actor, text, [(entity(row), NOTED) for row in rows])
        return len(rows)

    async def operators(self) -> list[str]:
        """Return who may retry everywhere: whom a dead letter can be given to."""
        with sql_errors("looking for operators"):
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(people).order_by(people.c.name))
                return [row.name for row in rows if account_of(row).may(Action.RETRY)]

    async def _keep(
        self, rows: Sequence[DeadLetterRow], more: dict[str, Any], action: str, actor: str, why: str
    ) -> int:
        if not rows:
            return 0
        at = self._clock()
        with sql_errors("keeping who has taken it"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                await _expect_operator(connection, more.get("assignee"))
                kept = await by_letter(connection, desk, rows)
                values = [_value(row, kept.get(key_of(row)), more, actor, at) for row in rows]
                await connection.execute(upsert_statement(connection.dialect.name, desk), values)
                touched = [(entity(row), action) for row in rows]
                await note(connection, at, actor, why, touched)
        return len(rows)

    async def _open(self, keys: Sequence[Key]) -> list[DeadLetterRow]:
        return [row for row in await self._known(keys) if row.ended_at is None]

    async def _known(self, keys: Sequence[Key]) -> list[DeadLetterRow]:
        found = await self._queries.find(keys)
        known = {key_of(row) for row in found}
        for place, key in enumerate(keys):
            if key not in known:
                raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such dead letter", f"ids/{place}")
        return found


def _named(row: DeadLetterRow) -> dict[str, Any]:
    return {"source": row.source, "id": row.id, "recipient": row.recipient}


def _value(
    row: DeadLetterRow, kept: Any, more: dict[str, Any], actor: str, at: datetime
) -> dict[str, Any]:
    before = kept if kept is not None and kept.opened_at == row.at else None
    told = {
        "opened_at": row.at,
        "assignee": None if before is None else before.assignee,
        # Who was first has taken it; that somebody else gives it away does not change that.
        "taken_by": actor if before is None else before.taken_by,
        "taken_at": at if before is None else before.taken_at,
    }
    return _named(row) | told | more


async def _expect_operator(connection: AsyncConnection, name: str | None) -> None:
    if name is None:
        return
    row = (await connection.execute(select(people).where(people.c.name == name))).one_or_none()
    if row is None or not account_of(row).may(Action.RETRY):
        detail = "nobody of this name may retry dead letters everywhere"
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, detail, "assignee")
