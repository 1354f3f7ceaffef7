"""Read the views: what pages and alerts both need."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    and_,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.indicators.calendar import Calendar
from hub.indicators.cells import Measure
from hub.indicators.matter import MAX_KEY, Kind
from hub.io.sql.control_tables import organisations, systems
from hub.io.sql.engine import sql_errors
from hub.io.sql.views_rebuild import Rebuild, rebuild_of, rebuild_query
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

_DUE: Final = (Kind.DOSSIER, Kind.LETTER, Kind.PETITION)
"""Matters that a business key names."""

c, m, o = view_counts.c, view_matters.c, organisations.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A part of the figures that somebody may see."""

    organisations: frozenset[str] | None
    """None: all."""
    types: frozenset[str] | None = None
    """None: all. A figure that is of no type is seen by who may see all types."""


class Reading:
    """Reads what lies within any of `within`. Every method raises `Unavailable` without SQL.

    `within`: None for who sees all. It is of the reader, not of a query: no page forgets it.
    """

    def __init__(self, engine: AsyncEngine, within: tuple[Within, ...] | None = None) -> None:
        self.engine, self._within = engine, within

    @property
    def whole(self) -> bool:
        """Whether everything is seen, the hub's own affairs too."""
        return self._within is None

    def seen(
        self, organisation: ColumnElement[Any], type_: ColumnElement[Any] | None = None
    ) -> ColumnElement[bool]:
        """Return the condition that a row of this organisation, and type, may be seen."""
        # Invariant 11: nothing is shown to who has no part, and nobody's row to who has one.
        if self._within is None:
            return true()
        return or_(false(), *(_covers(part, organisation, type_) for part in self._within))

    async def status(self) -> Row | None:
        """Return how far behind the views are, and whether they are whole; None: they never ran.

        `state` is `whole` or `rebuilding`: then figures are too small, and `rebuild` says since
        when it goes on and how far it is.
        """
        query = select(view_status.c.at, view_status.c.lag_messages, view_status.c.lag_seconds)
        found, rebuild = await self.rows(query), await self.rebuild()
        if rebuild is None:
            return {**found[0], "state": "whole", "rebuild": None} if found else None
        lag = {"at": rebuild.since, "lag_messages": rebuild.of - rebuild.done, "lag_seconds": 0}
        about = found[0] if found else lag
        return {**about, "state": "rebuilding", "rebuild": asdict(rebuild)}

    async def rebuild(self) -> Rebuild | None:
        """Return the rebuild that is under way, if one is."""
        with sql_errors("looking for a rebuild"):
            async with self.engine.connect() as connection:
                return rebuild_of((await connection.execute(rebuild_query())).one())

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
            .outerjoin(systems, systems.c.id == w.recipient)
            .where(self.seen(systems.c.organisation, w.type))
            .group_by(w.recipient, w.state)
            .order_by(func.min(w.since))
        )
        return await self.rows(query)

    async def limit_of(self, key: str) -> Row | None:
        """Return what a dossier, letter or petition is due by; None: nothing is known of it."""
        query = (
            select(m.kind, m.due_at, m.closed_at, m.moved, *organisation_columns())
            .select_from(matters_with_organisation())
            .where(m.kind.in_([kind.value for kind in _DUE]), m.key == key[:MAX_KEY])
        )
        found = await self.rows(query, 1)
        return found[0] if found else None

    async def sent_by_hour(self, since: datetime) -> list[Row]:
        """Return how much each system has sent in each hour."""
        query = (
            select(c.system, c.hour, func.sum(c.n).label("n"))
            .outerjoin(systems, systems.c.id == c.system)
            .where(c.measure == Measure.SENT.value, c.hour >= since)
            .where(self.seen(systems.c.organisation, c.type))
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


def _covers(
    part: Within, organisation: ColumnElement[Any], type_: ColumnElement[Any] | None
) -> ColumnElement[bool]:
    own = true() if part.organisations is None else organisation.in_(sorted(part.organisations))
    if part.types is None:
        return own
    return false() if type_ is None else and_(own, type_.in_(sorted(part.types)))


def _plain(value: Any) -> Any:
    # PostgreSQL sums whole numbers to decimals.
    return int(value) if isinstance(value, Decimal) else value


def organisation_columns() -> tuple[Label[Any], ...]:
    """Return an organisation's id, name and level, as every row has them."""
    return (o.id.label("organisation"), o.name.label("organisation_name"), o.level.label("level"))


def matters_with_organisation() -> Any:
    """Return matters, each with its organisation where that is known."""
    return view_matters.outerjoin(organisations, o.id == m.org)
