"""Which deliveries need nothing more: withdrawn, or settled on another way than this one."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.states import State
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import keyed
from hub.io.sql.projection_tables import deliveries

Named = tuple[str, str, str]
"""Source, id and recipient of a delivery."""

_CLOSED: Final = [
    state.value
    for state in (
        State.WITHDRAWN,
        State.EXPIRED,
        State.DELIVERED,
        State.ACKNOWLEDGED,
        State.REJECTED,
        State.PROCESSED,
    )
]

_KEYS_PER_QUERY: Final = 300
"""Three values each: SQLite takes 999 in one statement at least."""


class ClosedDeliveries:
    """Asks the search projection."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def closed(self, named: Collection[Named]) -> AbstractSet[Named]:
        """Return those that are closed. What the projection does not know (yet) is not.

        Raises:
            Unavailable: SQL does not answer.
        """
        table, remaining, found = deliveries.c, iter(named), set[Named]()
        columns = (table.source, table.id, table.recipient)
        over = or_(table.state.in_(_CLOSED), table.withdrawn_at.is_not(None))
        with sql_errors("looking for closed deliveries"):
            async with self._engine.connect() as connection:
                while keys := list(islice(remaining, _KEYS_PER_QUERY)):
                    query = keyed(self._engine.dialect.name, select(*columns), columns, keys)
                    rows = await connection.execute(query.where(over))
                    found |= {(row.source, row.id, row.recipient) for row in rows}
        return found
