"""Client assertions that have been used, for all API processes of a hub."""

import asyncio
from collections.abc import Callable
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.io.sql.assertions_tables import used_assertions
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import insert_into
from hub.ports import Unavailable

ANSWER_SECONDS: Final = 2.0
"""How long SQL may take: an insert takes milliseconds, a system waits for its token."""

AWAY_SECONDS: Final = 5.0
"""After a failure SQL is not asked for so long: nobody else waits for it in vain."""

PURGE_SECONDS: Final = 60
"""Between two deletions of what has expired; an assertion lives as long, and its clock's error."""


class UsedAssertions:
    """Once per hub: the primary key in SQL decides between processes."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine, self._clock = engine, clock
        self._away_until = self._purge_at = 0.0
        self._noting: set[asyncio.Task[bool]] = set()
        """Kept, or a task that nobody waits for any more could be collected while it runs."""

    async def first_use(self, digest: str, until: int) -> bool:
        """Note that an assertion is used; say whether it had not been before.

        `until` is when it has expired for good, in seconds since 1970.

        Raises:
            Unavailable: SQL does not answer.
        """
        if self._clock() < self._away_until:
            raise Unavailable("SQL did not answer a moment ago")
        noting = asyncio.ensure_future(self._noted(digest, until))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)
        # Never cancelled, neither by the time nor by a client that goes away: what is cancelled
        # while it waits for SQLite's lock leaves a connection that holds it, and nobody writes any
        # more. Noted later than it is waited for is noted all the same.
        try:
            with sql_errors("noting a client assertion"):
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await asyncio.shield(noting)
        except Unavailable:
            self._away_until = self._clock() + AWAY_SECONDS
            raise

    async def _noted(self, digest: str, until: int) -> bool:
        async with self._engine.begin() as connection:
            return await self._note(connection, digest, until)

    async def _note(self, connection: AsyncConnection, digest: str, until: int) -> bool:
        now = self._clock()
        if now >= self._purge_at:
            await connection.execute(delete(used_assertions).where(used_assertions.c.until < now))
            self._purge_at = now + PURGE_SECONDS
        note = insert_into(connection.dialect.name, used_assertions)
        note = note.values(digest=digest, until=until)
        # Asked for the row: not every driver counts the rows of such a statement.
        noted = await connection.execute(
            note.on_conflict_do_nothing().returning(used_assertions.c.digest)
        )
        return noted.first() is not None
