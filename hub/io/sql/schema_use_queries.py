"""Who sends which version of a type: by its newest messages, so that no traffic makes it long."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Outcome
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import messages

NEWEST: Final = 10_000
"""Messages that are looked at: some hundredths of a second, whatever a type's traffic is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one system sent of one version, among the newest messages of a type."""

    system: str
    schema: str
    messages: int
    last_at: datetime


async def sent_of(engine: AsyncEngine, type: str) -> list[Sent]:
    """Return who sent which version of a type, by system.

    Raises:
        Unavailable: SQL is away.
    """
    m = messages.c
    newest = (
        select(m.source, m.dataschema, m.decided_at)
        .where(m.type == type, m.outcome == Outcome.ADMITTED.value)
        .order_by(m.decided_at.desc(), m.source.desc(), m.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    n = newest.c
    query = (
        select(n.source, n.dataschema, func.count().label("messages"), func.max(n.decided_at))
        .where(n.dataschema.is_not(None))
        .group_by(n.source, n.dataschema)
        .order_by(n.source, n.dataschema)
    )
    with sql_errors("counting who sends a schema"):
        async with engine.connect() as connection:
            rows = (await connection.execute(query)).all()
    return [Sent(system=a, schema=b, messages=count, last_at=at) for a, b, count, at in rows]
