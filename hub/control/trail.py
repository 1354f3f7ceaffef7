"""Write what a person did into the trail, where it changes no rules (invariant 11)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.io.sql import control_tables as tables


async def note(
    connection: AsyncConnection,
    at: datetime,
    actor: str,
    reason: str,
    touched: Sequence[tuple[str, str]],
    *,
    count: int | None = None,
) -> None:
    """Add one entry. `touched`: what was done it to, and what; `count`: how many, if not these."""
    entry = await connection.execute(
        insert(tables.trail).values(
            at=at,
            actor=actor,
            reason=reason,
            version=None,
            changes=len(touched) if count is None else count,
        )
    )
    (number,) = entry.inserted_primary_key or (0,)
    rows = [{"entry": number, "entity": entity, "action": action} for entity, action in touched]
    await connection.execute(insert(tables.trail_entities), rows)
