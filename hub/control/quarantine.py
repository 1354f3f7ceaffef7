"""Held messages, as operators see and release them: by name, with a reason, in the trail."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.trail import note
from hub.io.kafka.quarantine import Quarantined, together
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors

ACTION: Final = "release_quarantine"
"""What the trail calls it."""


class NotHeld(Exception):
    """Nothing is held at that offset, and nothing that was there was released by an operator."""


class Holding(Protocol):
    """Where held messages are."""

    async def held(self) -> Sequence[Quarantined]:
        """Return what is held now, the oldest first.

        Raises:
            Unavailable: it does not answer.
        """
        ...

    async def release(
        self, message: Quarantined, at: datetime, *, by: str, reason: str
    ) -> Sequence[Quarantined]:
        """Let a message and all that wait behind it be decided anew; return them. All or none.

        Raises:
            Unavailable: nothing is known to be done; repeating is safe.
        """
        ...


class Quarantine:
    """Reads and releases what is held. Safe to repeat."""

    def __init__(
        self,
        engine: AsyncEngine,
        holding: Holding,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._holding, self._clock = engine, holding, clock
        self._one = asyncio.Lock()
        """Two releases of this process would fence each other."""

    async def held(self) -> Sequence[Quarantined]:
        """Return what is held now, the oldest first.

        Raises:
            Unavailable: Kafka is away.
        """
        return await self._holding.held()

    async def release(self, offset: int, *, actor: str, reason: str) -> Sequence[Quarantined]:
        """Let the message at an offset, and all that wait behind it, be decided anew.

        Returns what was released by this call: nothing where it was released before.

        Raises:
            NotHeld: there is no such message.
            Unavailable: Kafka or SQL is away; repeating is safe.
        """
        async with self._one:
            held = await self._holding.held()
            found = next((one for one in held if one.offset == offset), None)
            if found is None:
                await self._expect_released(offset)
                return ()
            # Invariant 11: in the trail before it is done. A crash between the two leaves a name
            # without a deed, never a deed without a name.
            offsets = [one.offset for one in held if together(one, found)]
            await self._note(found, offsets, actor, reason)
            return await self._holding.release(found, self._clock(), by=actor, reason=reason)

    async def _expect_released(self, offset: int) -> None:
        touched = tables.trail_entities
        query = select(touched.c.entry).where(touched.c.entity == _entity(offset)).limit(1)
        with sql_errors("reading the trail"):
            async with self._engine.connect() as connection:
                if (await connection.execute(query)).first() is None:
                    raise NotHeld

    async def _note(
        self, found: Quarantined, offsets: Sequence[int], actor: str, reason: str
    ) -> None:
        with sql_errors("writing the trail"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                if not await _noted(connection, found, actor, reason):
                    touched = [(_entity(one), ACTION) for one in offsets]
                    await note(connection, self._clock(), actor, reason, touched)


async def _noted(connection: AsyncConnection, found: Quarantined, actor: str, reason: str) -> bool:
    """Say whether this release stands in the trail already: the one that did not come to its end.

    What was noted before the message came is about another one, of a topic that was lost.
    """
    trail, touched = tables.trail, tables.trail_entities
    about = exists().where(touched.c.entry == trail.c.id, touched.c.entity == _entity(found.offset))
    query = select(trail.c.id).where(
        trail.c.actor == actor, trail.c.reason == reason, trail.c.at >= found.at, about
    )
    return (await connection.execute(query.limit(1))).first() is not None


def _entity(offset: int) -> str:
    return f"quarantine/{offset}"
