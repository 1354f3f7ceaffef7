"""Read the views: what pages and alerts both need."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    Label,
    Select,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.indicators.calendar import Calendar
from hub.indicators.cells import Measure
from hub.io.sql.control_tables import organisations
from hub.io.sql.engine import sql_errors
from hub.io.sql.views_tables import (
    calendar_days,
    procedure_limits,
    view_counts,
    view_matters,
    view_open,
    view_status,
)

Row = dict[str, Any]
MAX_ROWS: Final = 20_000
"""Most rows of one answer: a province's systems by type and day for a month."""

c, m, o = view_counts.c, view_matters.c, organisations.c


class Reading:
    """Reads. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def status(self) -> Row | None:
        """Return how far behind the views are; None: they never ran."""
        query = select(view_status.c.at, view_status.c.lag_messages, view_status.c.lag_seconds)
        found = await self.rows(query)
        return found[0] if found else None

    async def calendar(self) -> Calendar:
        """Return which days are worked."""
        rows = await self.rows(select(calendar_days.c.day, calendar_days.c.works))
        return Calendar(changed={row["day"]: row["works"] for row in rows})

    async def limits(self) -> dict[str, Row]:
        """Return the time limits by procedure."""
        rows = await self.rows(select(procedure_limits))
        return {row["procedure"]: row for row in rows}

    async def oldest(self) -> list[Row]:
        """Return for each recipient how much waits, since when the oldest, and in which state."""
        w = view_open.c
        query = (
            select(w.recipient, w.state, func.count().label("n"), func.min(w.since).label("since"))
            .group_by(w.recipient, w.state)
            .order_by(func.min(w.since))
        )
        return await self.rows(query)

    async def sent_by_hour(self, since: datetime) -> list[Row]:
        """Return how much each system has sent in each hour."""
        query = (
            select(c.system, c.hour, func.sum(c.n).label("n"))
            .where(c.measure == Measure.SENT.value, c.hour >= since)
            .group_by(c.system, c.hour)
            .order_by(c.system, c.hour)
        )
        return await self.rows(query)

    async def rows(self, query: Select[Any], limit: int = MAX_ROWS) -> list[Row]:
        """Return what a query finds, at most `limit` rows."""
        with sql_errors("reading the views"):
            async with self.engine.connect() as connection:
                found = await connection.execute(query.limit(limit))
                names = [str(name) for name in found.keys()]  # noqa: SIM118  (no mapping)
                return [dict(zip(names, map(_plain, row), strict=True)) for row in found]


def _plain(value: Any) -> Any:
    # PostgreSQL sums whole numbers to decimals.
    return int(value) if isinstance(value, Decimal) else value


def organisation_columns() -> tuple[Label[Any], ...]:
    """Return an organisation's id, name and level, as every row has them."""
    return (o.id.label("organisation"), o.name.label("organisation_name"), o.level.label("level"))


def matters_with_organisation() -> Any:
    """Return matters, each with its organisation where that is known."""
    return view_matters.outerjoin(organisations, o.id == m.org)
