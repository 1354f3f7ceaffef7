"""Ask the search projection for everything about one message."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.decision.rows import DeadLetterRow, DeliveryRow, Key, MessageRow, StepRow
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import keyed
from hub.io.sql.projection_tables import dead_letters, deliveries, messages, steps

MAX_STEPS: Final = 1_000
"""Most steps of one trace: a message to all communes has thousands, and nobody reads them."""
MAX_DELIVERIES: Final = 5_000
"""Most recipients: the communes of a large province are some 3,300 at most."""

_T = TypeVar("_T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTrace:
    """What is known of one message."""

    message: MessageRow
    deliveries: tuple[DeliveryRow, ...]
    dead_letters: tuple[DeadLetterRow, ...]
    """The open ones."""
    steps: tuple[StepRow, ...]
    """In the order of the audit partition, at most `MAX_STEPS`."""
    steps_left_out: int


class MessageTraces:
    """Reads the projection. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def message(self, source: str, id: str) -> MessageRow | None:
        """Return a message's row, or None."""
        with sql_errors("reading a message"):
            async with self._engine.connect() as connection:
                found = await _all(connection, MessageRow, _of(messages, source, id))
        return found[0] if found else None

    async def recipients(self, source: str, id: str) -> list[str]:
        """Return the systems that a message is for."""
        query = select(deliveries.c.recipient)
        query = query.where(deliveries.c.source == source, deliveries.c.id == id)
        with sql_errors("reading a message"):
            async with self._engine.connect() as connection:
                return [row.recipient for row in await connection.execute(query)]

    async def deliveries(self, source: str, id: str) -> list[DeliveryRow]:
        """Return where a message stands for each recipient, by name; at most `MAX_DELIVERIES`."""
        query = _of(deliveries, source, id).order_by(deliveries.c.recipient)
        with sql_errors("reading a message"):
            async with self._engine.connect() as connection:
                return await _all(connection, DeliveryRow, query.limit(MAX_DELIVERIES))

    async def trace(self, source: str, id: str) -> MessageTrace | None:
        """Return everything about a message, or None where the projection does not know it."""
        with sql_errors("reading a message's trace"):
            async with self._engine.connect() as connection:
                found = await _all(connection, MessageRow, _of(messages, source, id))
                if not found:
                    return None
                happened = _of(steps, source, id).order_by(steps.c.partition, steps.c.offset)
                told = _of(deliveries, source, id).order_by(deliveries.c.recipient)
                dead = _of(dead_letters, source, id).where(dead_letters.c.ended_at.is_(None))
                some = await _all(connection, StepRow, happened.limit(MAX_STEPS))
                return MessageTrace(
                    message=found[0],
                    deliveries=tuple(
                        await _all(connection, DeliveryRow, told.limit(MAX_DELIVERIES))
                    ),
                    dead_letters=tuple(await _all(connection, DeadLetterRow, dead)),
                    steps=tuple(some),
                    steps_left_out=await _count(connection, source, id) - len(some),
                )

    async def named(self, keys: list[Key]) -> list[MessageRow]:
        """Return those of these messages that are known."""
        columns = (messages.c.source, messages.c.id)
        query = keyed(self._engine.dialect.name, select(messages), columns, keys)
        with sql_errors("reading messages"):
            async with self._engine.connect() as connection:
                return await _all(connection, MessageRow, query)


def _of(table: Table, source: str, id: str) -> Select[Any]:
    return select(table).where(table.c.source == source, table.c.id == id)


async def _all(connection: AsyncConnection, kind: type[_T], query: Select[Any]) -> list[_T]:
    names = [field.name for field in msgspec.structs.fields(kind)]
    rows = await connection.execute(query)
    return [msgspec.convert({name: getattr(row, name) for name in names}, kind) for row in rows]


async def _count(connection: AsyncConnection, source: str, id: str) -> int:
    query = select(func.count()).select_from(steps)
    query = query.where(steps.c.source == source, steps.c.id == id)
    return int((await connection.execute(query)).scalar_one())
