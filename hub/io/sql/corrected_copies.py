"""Which messages are an operator's corrected copies, and of which; texts that waited too long."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Key
from hub.io.sql.desk_tables import copies as table
from hub.io.sql.engine import sql_errors

BODY_WAITS: Final = timedelta(days=7)
"""How long the text of a copy waits for a second person: it may be personal, and is kept no longer
than two people need who work on different days."""


async def copies_of(engine: AsyncEngine, source: str, id: str) -> tuple[list[Key], list[Key]]:
    """Return the copies of a message, the oldest first; and, of a copy, the first message.

    Raises:
        Unavailable: SQL is away.
    """
    sent = table.c.body.is_(None)
    made = select(table.c.own, table.c.copy).where(table.c.source == source, table.c.id == id, sent)
    first = select(table.c.source, table.c.id).where(
        table.c.own == source, table.c.copy == id, sent
    )
    with sql_errors("reading corrected copies"):
        async with engine.connect() as connection:
            copies = await connection.execute(made.order_by(table.c.at, table.c.digest))
            return [(a, b) for a, b in copies], [(a, b) for a, b in await connection.execute(first)]


async def forget_waiting(engine: AsyncEngine, now: datetime) -> int:
    """Delete copies that nobody has approved in time, with their texts; return how many.

    Raises:
        Unavailable: SQL is away.
    """
    late = delete(table).where(table.c.body.is_not(None), table.c.at < now - BODY_WAITS)
    with sql_errors("forgetting corrected copies"):
        async with engine.begin() as connection:
            return (await connection.execute(late)).rowcount
