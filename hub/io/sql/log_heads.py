"""The newest signed head of each shard: nobody signs another tree beside it, or one before it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.io.sql.engine import sql_errors
from hub.io.sql.log_tables import log_heads
from hub.io.sql.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Promise:
    """A tree that the hub has signed, or is about to."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One shard's log grows."""

    shard: int
    before: int | None
    """The size that was promised last; None: nothing was."""
    to: Promise


class LogHeads:
    """The table of promises."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def load(self) -> Mapping[int, Promise]:
        """Return the promise of each shard that has one.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(log_heads.c.shard, log_heads.c.size, log_heads.c.root)
        with sql_errors("reading the log's heads"):
            async with self._engine.connect() as connection:
                rows = await connection.execute(query)
                return {row.shard: Promise(row.size, bytes(row.root)) for row in rows}

    async def advance(self, steps: Iterable[Step]) -> bool:
        """Promise the new trees, all or none; return once durable.

        False: a shard was promised something else meanwhile, so somebody else writes the log.

        Raises:
            Unavailable: SQL does not answer.
        """
        with sql_errors("promising the log's heads"):
            async with self._engine.connect() as connection:
                for step in sorted(steps, key=lambda step: step.shard):
                    if not await self._advance(connection, step):
                        await connection.rollback()
                        return False
                await connection.commit()
                return True

    async def _advance(self, connection: AsyncConnection, step: Step) -> bool:
        new = {"size": step.to.size, "root": step.to.root, "signed_at": self._clock()}
        if step.before is None:
            insert = insert_into(connection.dialect.name, log_heads)
            row = insert.values(shard=step.shard, **new).on_conflict_do_nothing()
            done = await connection.execute(row.returning(log_heads.c.shard))
        else:
            # Invariant 10: from the promise that was read, and to a larger tree, or not at all.
            same = (log_heads.c.shard == step.shard) & (log_heads.c.size == step.before)
            change = update(log_heads).where(same, log_heads.c.size < step.to.size).values(**new)
            done = await connection.execute(change.returning(log_heads.c.shard))
        return done.first() is not None
