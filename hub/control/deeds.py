"""What people did to one entity, as the trail and the requests tell it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.control_tables import trail, trail_entities
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One step: who did it, when and why."""

    at: datetime
    what: str
    """The kind of the change, or what was said about a request for it."""
    actor: str
    reason: str
    version: int | None = None
    """The version of the rules that it made."""


async def done_to(engine: AsyncEngine, entity: str, most: int) -> list[Deed]:
    """Return the newest writes that changed an entity, at most so many, the oldest first.

    Raises:
        Unavailable: SQL is away.
    """
    query = (
        select(
            trail.c.at,
            trail_entities.c.action.label("what"),
            trail.c.actor,
            trail.c.reason,
            trail.c.version,
        )
        .join(trail_entities, trail_entities.c.entry == trail.c.id)
        .where(trail_entities.c.entity == entity)
        .order_by(trail.c.id.desc())
        .limit(most)
    )
    with sql_errors("reading what was done"):
        async with engine.connect() as connection:
            rows = list((await connection.execute(query)).mappings())
    return [Deed(**row) for row in reversed(rows)]
