"""Which records of `hub.audit` are about one message: asked of the search projection."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import positions, steps


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record of `hub.audit` stands."""

    partition: int
    offset: int


class LogQueries:
    """What the log asks the projection: it knows messages, the log knows records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def places(self, source: str, id: str) -> list[Place]:
        """Return where the events of a message stand, in their order.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = (
            select(steps.c.partition, steps.c.offset)
            .where(steps.c.source == source, steps.c.id == id)
            .order_by(steps.c.partition, steps.c.offset)
        )
        with sql_errors("looking for a message's events"):
            async with self._engine.connect() as connection:
                return [Place(row.partition, row.offset) for row in await connection.execute(query)]

    async def recorded_to(self, partition: int) -> int:
        """Return the offset before which the projection knows every record of a partition.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(positions.c.next_offset).where(positions.c.partition == partition)
        with sql_errors("reading a position"):
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).scalar_one_or_none() or 0
