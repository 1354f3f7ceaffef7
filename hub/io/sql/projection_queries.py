"""Ask the search projection about one message, as systems do."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import KEYS_PER_QUERY, keyed
from hub.io.sql.projection_tables import deliveries, goals, messages, positions, steps
from hub.ports import MessageHistory, Step


class ProjectionQueries:
    """The port `hub.ports.MessageStatus`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def message(self, source: str, id: str) -> MessageHistory | None:
        """Return the history of a message; see `hub.ports.MessageStatus`."""
        with sql_errors("reading a message's history"):
            async with self._engine.connect() as connection:
                found = await connection.execute(_one(messages, source, id))
                row = found.one_or_none()
                if row is None:
                    return None
                told = await connection.execute(_one(deliveries, source, id))
                happened = await connection.execute(
                    _one(steps, source, id).order_by(steps.c.partition, steps.c.offset)
                )
        return MessageHistory(
            source=source,
            id=id,
            state=row.outcome if row.withdrawn_at is None else "withdrawn",
            recipients={delivery.recipient: delivery.state for delivery in told},
            steps=tuple(map(_step, happened)),
        )

    async def withdrawn(
        self, messages_: Collection[tuple[str, str]]
    ) -> AbstractSet[tuple[str, str]]:
        """Return those that were withdrawn; see `hub.ports.MessageStatus`."""
        remaining, found = iter(messages_), set[tuple[str, str]]()
        with sql_errors("looking for withdrawn messages"):
            async with self._engine.connect() as connection:
                while keys := list(islice(remaining, KEYS_PER_QUERY)):
                    query = keyed(
                        self._engine.dialect.name,
                        select(messages.c.source, messages.c.id),
                        (messages.c.source, messages.c.id),
                        keys,
                    ).where(messages.c.withdrawn_at.is_not(None))
                    found |= {(row.source, row.id) for row in await connection.execute(query)}
        return found

    async def rebuilding(self) -> bool:
        """Say whether the projection lacks what it had; see `hub.ports.MessageStatus`."""
        behind = and_(
            positions.c.partition == goals.c.partition,
            positions.c.next_offset < goals.c.until_offset,
        )
        with sql_errors("looking whether the projection is whole"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(goals.c.partition).join(positions, behind))
                return found.first() is not None


def _one(table: Any, source: str, id: str) -> Select[Any]:
    return select(table).where(table.c.source == source, table.c.id == id)


def _step(row: Any) -> Step:
    return Step(
        event=row.event,
        at=row.at,
        recipient=row.recipient,
        reason=row.reason,
        place=row.place,
        detail=msgspec.json.decode(row.detail),
    )
