"""Which deliveries are settled: asked of the search projection."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Key
from hub.decision.states import SETTLED
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import keyed
from hub.io.sql.projection_tables import deliveries

_SETTLED: Final = sorted(SETTLED)


async def settled(engine: AsyncEngine, system: str, keys: Sequence[Key]) -> AbstractSet[Key]:
    """Return those of `keys`, (source, id), whose delivery to `system` waits for nobody.

    What the projection does not know is not settled.

    Raises:
        Unavailable: SQL does not answer.
    """
    columns = (deliveries.c.source, deliveries.c.id)
    query = keyed(engine.dialect.name, select(*columns), columns, keys).where(
        deliveries.c.recipient == system, deliveries.c.state.in_(_SETTLED)
    )
    with sql_errors("looking for settled deliveries"):
        async with engine.connect() as connection:
            return {(row.source, row.id) for row in await connection.execute(query)}
