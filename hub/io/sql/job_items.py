"""What a job over dead letters has ordered, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.connector_tables import dead_letter_job_items as items
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import dead_letters, deliveries

_KEY: Final = (items.c.source, items.c.id, items.c.recipient)


class ItemCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last item of a page."""

    source: str
    id: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobItem:
    """One dead letter that was ordered."""

    source: str
    id: str
    recipient: str
    code: str
    """Its cause when it was ordered."""
    state: str | None
    """The delivery's state now; None for a record that a source read."""
    ended_at: datetime | None
    ended_by: str | None


async def job_items(
    engine: AsyncEngine, job: str, after: ItemCursor | None, limit: int
) -> tuple[list[JobItem], ItemCursor | None]:
    """Return items in the order of their names, and where the next page begins.

    Raises:
        Unavailable: SQL is away.
    """
    query = (
        select(*_KEY, items.c.code, deliveries.c.state)
        .add_columns(dead_letters.c.ended_at, dead_letters.c.ended_by)
        .select_from(
            items.outerjoin(deliveries, _same(deliveries)).outerjoin(
                dead_letters, _same(dead_letters)
            )
        )
        .where(items.c.job == job)
        .order_by(*_KEY)
    )
    if after is not None:
        query = query.where(tuple_(*_KEY) > tuple_(after.source, after.id, after.recipient))
    with sql_errors("reading a job's items"):
        async with engine.connect() as connection:
            rows = list(await connection.execute(query.limit(limit + 1)))
    return [_item(row) for row in rows[:limit]], _next(rows, limit)


def _same(table: Any) -> Any:
    return and_(*(table.c[column.name] == column for column in _KEY))


def _item(row: Any) -> JobItem:
    names = ("source", "id", "recipient", "code", "state", "ended_at", "ended_by")
    return JobItem(**{name: getattr(row, name) for name in names})


def _next(rows: Sequence[Any], limit: int) -> ItemCursor | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return ItemCursor(last.source, last.id, last.recipient)
