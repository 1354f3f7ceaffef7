"""Client assertions that have been used, for all API processes of a hub."""

import asyncio
from collections.abc import Callable
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.io.sql.assertions_tables import used_assertions
from hub.io.sql.engine import sql_errors
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

    async def first_use(self, digest: str, until: int) -> bool:
        """Note that an assertion is used; say whether it had not been before.

        `until` is when it has expired for good, in seconds since 1970.

        Raises:
            Unavailable: SQL does not answer.
        """
        if self._clock() < self._away_until:
            raise Unavailable("SQL did not answer a moment ago")
        try:
            with sql_errors("noting a client assertion"):
                async with asyncio.timeout(ANSWER_SECONDS), self._engine.begin() as connection:
                    return await self._note(connection, digest, until)
        except Unavailable:
            self._away_until = self._clock() + AWAY_SECONDS
            raise

    async def _note(self, connection: AsyncConnection, digest: str, until: int) -> bool:
        now = self._clock()
        if now >= self._purge_at:
            await connection.execute(delete(used_assertions).where(used_assertions.c.until < now))
            self._purge_at = now + PURGE_SECONDS
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        note = dialect.insert(used_assertions).values(digest=digest, until=until)
        # Asked for the row: not every driver counts the rows of such a statement.
        noted = await connection.execute(
            note.on_conflict_do_nothing().returning(used_assertions.c.digest)
        )
        return noted.first() is not None
