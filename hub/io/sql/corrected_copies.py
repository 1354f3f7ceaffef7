"""Which messages are an operator's corrected copies, and of which."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Key
from hub.io.sql.desk_tables import copies as table
from hub.io.sql.engine import sql_errors


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
