"""Ask the projection how much happened and how much is open, without counting messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import DeliveryRow
from hub.decision.states import SETTLED, State
from hub.decision.tallies import Counted
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import (
    dead_letters,
    deliveries,
    hour_flows,
    minute_counts,
    positions,
)

MOST: Final = 100_000
"""Up to here open deliveries are counted: more is a catastrophe whose exact size helps nobody."""
MINUTES_KEPT: Final = timedelta(days=40)
"""A month to look back at by the minute: some 200,000 rows."""
HOURS_KEPT: Final = timedelta(days=400)
"""A year and its month before: some millions of rows in a province."""
OPEN: Final = tuple(state for state in State if state not in SETTLED)

_delivery: Final = tuple(field.name for field in msgspec.structs.fields(DeliveryRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What happened in one minute."""

    at: datetime
    counted: Counted
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What happened between two systems since some hour."""

    source: str
    recipient: str
    counts: Mapping[Counted, int]


class Figures:
    """Reads the projection. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def minutes(self, since: datetime) -> list[Minute]:
        """Return counts by the minute, the oldest first."""
        table = minute_counts
        query = select(table).where(table.c.minute >= since).order_by(table.c.minute)
        return [
            Minute(at=row.minute, counted=Counted(row.counted), reason=row.reason, count=row.count)
            for row in await self._rows(query)
        ]

    async def flows(self, since: datetime) -> list[Flow]:
        """Return what happened between each two systems since a full hour."""
        table = hour_flows
        total = func.sum(table.c["count"]).label("total")
        query = select(table.c.source, table.c.recipient, table.c.counted, total)
        query = query.where(table.c.hour >= since)
        query = query.group_by(table.c.source, table.c.recipient, table.c.counted)
        found: dict[tuple[str, str], dict[Counted, int]] = {}
        for row in await self._rows(query):
            counts = found.setdefault((row.source, row.recipient), {})
            counts[Counted(row.counted)] = int(row.total)
        return [
            Flow(source=source, recipient=recipient, counts=counts)
            for (source, recipient), counts in found.items()
        ]

    async def open(self) -> dict[State, int]:
        """Return how many deliveries are in each open state, each up to `MOST`."""
        found = {}
        for state in OPEN:
            some = select(deliveries.c.source).where(deliveries.c.state == state.value)
            found[state] = await self._count(some)
        return found

    async def dead_letters(self) -> int:
        """Return how many dead letters wait for an operator, up to `MOST`."""
        return await self._count(
            select(dead_letters.c.source).where(dead_letters.c.ended_at.is_(None))
        )

    async def oldest(self) -> DeliveryRow | None:
        """Return the open delivery that was admitted first."""
        table, found = deliveries, []
        for state in OPEN:
            query = select(table).where(table.c.state == state.value)
            found += await self._rows(query.order_by(table.c.decided_at).limit(1))
        rows = [DeliveryRow(**{name: getattr(row, name) for name in _delivery}) for row in found]
        return min(rows, key=lambda row: row.decided_at, default=None)

    async def recorded(self) -> dict[int, int]:
        """Return the next offset of each partition of `hub.audit` that is to be recorded."""
        rows = await self._rows(select(positions))
        return {row.partition: row.next_offset for row in rows}

    async def _count(self, query: Select[Any]) -> int:
        some = query.limit(MOST).subquery()
        rows = await self._rows(select(func.count().label("number")).select_from(some))
        return int(rows[0].number)

    async def _rows(self, query: Select[Any]) -> list[Any]:
        with sql_errors("reading figures"):
            async with self._engine.connect() as connection:
                return list(await connection.execute(query))


async def forget_old_figures(engine: AsyncEngine, now: datetime) -> int:
    """Delete counts of long ago; return how many. A rebuild brings them back until the next time.

    Raises:
        Unavailable: SQL is away.
    """
    minutes, hours = minute_counts, hour_flows
    with sql_errors("forgetting old counts"):
        async with engine.begin() as connection:
            old = [
                await connection.execute(
                    delete(minutes).where(minutes.c.minute < now - MINUTES_KEPT)
                ),
                await connection.execute(delete(hours).where(hours.c.hour < now - HOURS_KEPT)),
            ]
    return sum(one.rowcount for one in old)
