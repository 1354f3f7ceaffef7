"""Agree in SQL on which process does what only one may do at a time.

A lease makes two holders rare, not impossible (clocks differ, processes freeze): what must never
happen twice is prevented by Kafka's fencing, the lease only keeps them from fencing each other.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.control_tables import leases
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import insert_into

LEASE: Final = timedelta(seconds=30)
"""How long a dead holder keeps the others waiting."""


class Lease:
    """One name's lease, as one process sees it."""

    def __init__(
        self,
        engine: AsyncEngine,
        name: str,
        clock: Callable[[], datetime],
        duration: timedelta = LEASE,
    ) -> None:
        self._engine, self._name, self._clock, self._duration = engine, name, clock, duration
        self._holder = uuid4().hex
        self._until: datetime | None = None

    async def take(self) -> bool:
        """Take or renew the lease; say whether it is ours. Cheap while it is fresh.

        Raises:
            Unavailable: SQL is away.
        """
        now = self._clock()
        if self._until is not None and self._until - now > self._duration * 2 / 3:
            return True
        until = now + self._duration
        taken = await self._write(now, until)
        self._until = until if taken else None
        return taken

    async def release(self) -> None:
        """Let another process have it at once.

        Raises:
            Unavailable: SQL is away; the lease will run out by itself.
        """
        self._until = None
        ours = (leases.c.name == self._name) & (leases.c.holder == self._holder)
        with sql_errors("releasing a lease"):
            async with self._engine.begin() as connection:
                await connection.execute(delete(leases).where(ours))

    async def _write(self, now: datetime, until: datetime) -> bool:
        values = {"holder": self._holder, "until": until}
        with sql_errors("taking a lease"):
            async with self._engine.begin() as connection:
                statement = insert_into(connection.dialect.name, leases)
                statement = statement.values(name=self._name, **values)
                free = or_(leases.c.holder == self._holder, leases.c.until < now)
                result = await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=[leases.c.name], set_=values, where=free
                    ).returning(leases.c.holder)
                )
                return result.first() is not None
