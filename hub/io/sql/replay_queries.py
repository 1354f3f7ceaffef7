"""Admitted messages of one type, the newest first, with where their bytes are and who got them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.decision.rows import Outcome
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import deliveries, messages

Cursor = tuple[datetime, str, str]
"""(decided at, source, id) of the last message that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One message that can be looked at again."""

    source: str
    id: str
    decided_at: datetime
    place: tuple[int, int]
    """(partition, offset) on `hub.ingress`."""
    recipients: tuple[str, ...]


class ReplayQueries:
    """Reads the projection. Raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, type: str, since: datetime, after: Cursor | None, limit: int
    ) -> list[Replayed]:
        """Return up to `limit` messages of a type that were decided since then."""
        m = messages.c
        query = (
            select(m.source, m.id, m.decided_at, m.ingress_partition, m.ingress_offset)
            .where(m.type == type, m.outcome == Outcome.ADMITTED.value, m.decided_at >= since)
            .where(m.ingress_partition.is_not(None), m.ingress_offset.is_not(None))
            .order_by(m.decided_at.desc(), m.source.desc(), m.id.desc())
            .limit(limit)
        )
        if after is not None:
            query = query.where(
                # The first part alone can use the index.
                m.decided_at <= after[0],
                tuple_(m.decided_at, m.source, m.id)
                < tuple_(literal(after[0], m.decided_at.type), after[1], after[2]),
            )
        with sql_errors("reading messages again"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
                got = await _recipients(connection, [(row.source, row.id) for row in rows])
        return [
            Replayed(
                source=row.source,
                id=row.id,
                decided_at=row.decided_at,
                place=(row.ingress_partition, row.ingress_offset),
                recipients=tuple(got[row.source, row.id]),
            )
            for row in rows
        ]


async def _recipients(
    connection: AsyncConnection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, id in keys:
        by_source[source].append(id)
    d = deliveries.c
    for source, ids in by_source.items():
        query = select(d.source, d.id, d.recipient).where(d.source == source, d.id.in_(ids))
        for row in await connection.execute(query.order_by(d.recipient)):
            found[row.source, row.id].append(row.recipient)
    return found
