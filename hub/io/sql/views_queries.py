"""Read the views: what the indicator pages, exports and alerts show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.directory.organisations import legal_day
from hub.indicators.buckets import quantile_ms
from hub.indicators.calendar import Calendar
from hub.indicators.cells import Measure
from hub.indicators.deadlines import DiskSample
from hub.indicators.matters import Kind, end_of_day
from hub.io.sql.alert_tables import disk_samples
from hub.io.sql.connector_tables import connector_status
from hub.io.sql.control_tables import connectors, keys, organisations, systems
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement
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
DISK_SAMPLES: Final = 30
"""Days that the forecast of the disk looks back."""
WARN_DAYS: Final = 2
"""Working days before a limit from which on it is near, where no procedure says otherwise."""
SATISFIED: Final = 4
"""From this score on (hài lòng) a rating counts as satisfied."""

c, m, o = view_counts.c, view_matters.c, organisations.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when until when, the end not included."""

    since: datetime
    until: datetime


class ViewsQueries:
    """Reads. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def status(self) -> Row | None:
        """Return how far behind the views are; None: they never ran."""
        query = select(view_status.c.at, view_status.c.lag_messages, view_status.c.lag_seconds)
        found = await self._rows(query)
        return found[0] if found else None

    async def calendar(self) -> Calendar:
        """Return which days are worked."""
        rows = await self._rows(select(calendar_days.c.day, calendar_days.c.works))
        return Calendar(changed={row["day"]: row["works"] for row in rows})

    async def volumes(self, window: Window, measures: Sequence[Measure]) -> list[Row]:
        """Return counts by hour, organisation, system, type, measure and label."""
        keys = (c.hour, c.measure, c.system, c.type, c.label)
        query = (
            select(*keys, *_organisation(), func.sum(c.n).label("n"), _amount())
            .select_from(_with_organisation())
            .where(_during(window), c.measure.in_([one.value for one in measures]))
            .group_by(*keys, o.id, o.name, o.level)
            .order_by(*keys)
        )
        return await self._rows(query)

    async def delays(self, window: Window) -> list[Row]:
        """Return the distribution of waiting times by recipient's organisation and type."""
        keys = (c.system, c.type, c.label)
        query = (
            select(*keys, *_organisation(), func.sum(c.n).label("n"), _amount())
            .select_from(_with_organisation())
            .where(_during(window), c.measure == Measure.DELAY.value)
            .group_by(*keys, o.id, o.name, o.level)
            .order_by(c.system, c.type)
        )
        return _distributions(await self._rows(query))

    async def oldest(self) -> list[Row]:
        """Return for each recipient how much waits, since when the oldest, and in which state."""
        w = view_open.c
        query = (
            select(w.recipient, w.state, func.count().label("n"), func.min(w.since).label("since"))
            .group_by(w.recipient, w.state)
            .order_by(func.min(w.since))
        )
        return await self._rows(query)

    async def sent_by_hour(self, since: datetime) -> list[Row]:
        """Return how much each system has sent in each hour."""
        query = (
            select(c.system, c.hour, func.sum(c.n).label("n"))
            .where(c.measure == Measure.SENT.value, c.hour >= since)
            .group_by(c.system, c.hour)
            .order_by(c.system, c.hour)
        )
        return await self._rows(query)

    async def timeliness(self, window: Window, now: datetime) -> list[Row]:
        """Return dossiers on time, late and early, open and near their limit.

        By organisation and procedure: dossiers that were opened in the window.
        """
        calendar = await self.calendar()
        near = await self._near(calendar, now)
        query = (
            select(*_organisation(), m.procedure, *_judged(now, near))
            .select_from(_matters_with_organisation())
            .where(m.kind == Kind.DOSSIER.value, *_opened(window))
            .group_by(o.id, o.name, o.level, m.procedure)
            .order_by(o.id, m.procedure)
        )
        return await self._rows(query)

    async def online(self, window: Window) -> list[Row]:
        """Return by organisation how many dossiers were handed in online, and how many in all."""
        query = (
            select(
                *_organisation(),
                func.count().label("n"),
                _count(m.online.is_(True)).label("online"),
            )
            .select_from(_matters_with_organisation())
            .where(m.kind == Kind.DOSSIER.value, m.online.is_not(None), *_opened(window))
            .group_by(o.id, o.name, o.level)
            .order_by(o.id)
        )
        return await self._rows(query)

    async def satisfaction(self, window: Window) -> list[Row]:
        """Return by organisation how many ratings there are, and how many are satisfied."""
        query = (
            select(
                *_organisation(),
                func.count().label("n"),
                _count(m.score >= SATISFIED).label("satisfied"),
            )
            .select_from(_matters_with_organisation())
            .where(m.kind == Kind.RATING.value, m.score.is_not(None), *_opened(window))
            .group_by(o.id, o.name, o.level)
            .order_by(o.id)
        )
        return await self._rows(query)

    async def payments(self, window: Window) -> list[Row]:
        """Return by organisation and outcome how many fees there are, and what was paid, in đồng.

        A fee belongs to the window when it was asked for in it, or, asked for by nobody, paid.
        """
        outcome = _reconciled().label("outcome")
        at = func.coalesce(m.opened_at, m.closed_at)
        query = (
            select(
                *_organisation(),
                outcome,
                func.count().label("n"),
                func.sum(func.coalesce(m.amount_due, 0)).label("due"),
                func.sum(m.amount_paid).label("paid"),
                func.sum(m.amount_refunded).label("refunded"),
            )
            .select_from(_matters_with_organisation())
            .where(m.kind == Kind.PAYMENT.value, at >= window.since, at < window.until)
            .group_by(o.id, o.name, o.level, outcome)
            .order_by(o.id, outcome)
        )
        return await self._rows(query)

    async def due(self, until: datetime, limit: int = MAX_ROWS) -> list[Row]:
        """Return open matters whose limit has passed or comes before `until`, the nearest first."""
        query = (
            select(m.kind, m.key, m.procedure, m.due_at, m.moved, *_organisation())
            .select_from(_matters_with_organisation())
            .where(m.closed_at.is_(None), m.due_at.is_not(None), m.due_at < until)
            .order_by(m.due_at, m.kind, m.key)
        )
        return await self._rows(query, limit)

    async def refused_since(self, since: datetime) -> list[Row]:
        """Return how much was refused of each system since an hour."""
        query = (
            select(c.system, func.sum(c.n).label("n"))
            .where(c.measure == Measure.REFUSED.value, c.hour >= since)
            .group_by(c.system)
        )
        return await self._rows(query)

    async def whose(self) -> dict[str, str]:
        """Return the organisation of each system."""
        rows = await self._rows(select(systems.c.id, systems.c.organisation))
        return {row["id"]: row["organisation"] for row in rows}

    async def keys(self, until: datetime) -> list[Row]:
        """Return the keys of active systems that expire before `until`, without a newer one.

        A system that has registered its next key already has nothing to do.
        """
        k, later = keys.c, keys.alias("later")
        renewed = exists().where(
            later.c.system == k.system,
            later.c.revoked.is_(False),
            or_(later.c.valid_to.is_(None), later.c.valid_to > k.valid_to),
        )
        query = (
            select(k.system, func.max(k.valid_to).label("due_at"), systems.c.organisation)
            .join(systems, systems.c.id == k.system)
            .where(
                systems.c.state == "active",
                k.revoked.is_(False),
                k.valid_to.is_not(None),
                k.valid_to < until,
                ~renewed,
            )
            .group_by(k.system, systems.c.organisation)
            .order_by(k.system)
        )
        return await self._rows(query)

    async def disk(self) -> list[DiskSample]:
        """Return the last samples of the disk, one a day."""
        query = select(disk_samples.c.day, disk_samples.c.free).order_by(disk_samples.c.day.desc())
        return [DiskSample(**row) for row in await self._rows(query, DISK_SAMPLES)]

    async def sample_disk(self, day: date, free: int) -> None:
        """Keep how much room the disk has today."""
        with sql_errors("sampling the disk"):
            async with self._engine.begin() as connection:
                statement = upsert_statement(connection.dialect.name, disk_samples)
                await connection.execute(statement, [{"day": day, "free": free}])

    async def connectors(self) -> list[Row]:
        """Return the last word of each connector, and what is wanted of it."""
        s = connector_status.c
        query = (
            select(s.connector, s.state, s.at, connectors.c.wanted, systems.c.organisation)
            .join(connectors, connectors.c.id == s.connector)
            .outerjoin(systems, systems.c.id == connectors.c.system)
        )
        return await self._rows(query)

    async def limits(self) -> dict[str, Row]:
        """Return the time limits by procedure."""
        rows = await self._rows(select(procedure_limits))
        return {row["procedure"]: row for row in rows}

    async def _near(self, calendar: Calendar, now: datetime) -> ColumnElement[datetime]:
        """Return the moment before which an open dossier's limit is near, by its procedure."""
        today = legal_day(now)
        whens = {
            name: end_of_day(calendar.after(today, limit["warn_days"]))
            for name, limit in (await self.limits()).items()
        }
        usual = literal(end_of_day(calendar.after(today, WARN_DAYS)), m.due_at.type)
        if not whens:
            return usual
        pairs = [(m.procedure == name, literal(at, m.due_at.type)) for name, at in whens.items()]
        return case(*pairs, else_=usual)

    async def _rows(self, query: Select[Any], limit: int = MAX_ROWS) -> list[Row]:
        with sql_errors("reading the views"):
            async with self._engine.connect() as connection:
                found = await connection.execute(query.limit(limit))
                names = [str(name) for name in found.keys()]  # noqa: SIM118  (no mapping)
                return [dict(zip(names, map(_plain, row), strict=True)) for row in found]


def shares(rows: Sequence[Row], part: str, whole: str = "n") -> list[Row]:
    """Return by level how much of the whole a part is; None where there is nothing."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        level = sums.setdefault(row["level"] or "unknown", [0, 0])
        level[0] += row[part] or 0
        level[1] += row[whole] or 0
    return [
        {"level": level, part: done, whole: n, "share": round(done / n, 4) if n else None}
        for level, (done, n) in sorted(sums.items())
    ]


def _plain(value: Any) -> Any:
    # PostgreSQL sums whole numbers to decimals.
    return int(value) if isinstance(value, Decimal) else value


def _organisation() -> tuple[Label[Any], ...]:
    return (o.id.label("organisation"), o.name.label("organisation_name"), o.level.label("level"))


def _with_organisation() -> Any:
    return view_counts.outerjoin(systems, systems.c.id == c.system).outerjoin(
        organisations, o.id == systems.c.organisation
    )


def _matters_with_organisation() -> Any:
    return view_matters.outerjoin(organisations, o.id == m.org)


def _during(window: Window) -> ColumnElement[bool]:
    return and_(c.hour >= window.since, c.hour < window.until)


def _opened(window: Window) -> tuple[ColumnElement[bool], ...]:
    return m.opened_at >= window.since, m.opened_at < window.until


def _amount() -> Label[Any]:
    return func.sum(c.amount).label("amount")


def _count(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _judged(now: datetime, near: ColumnElement[datetime]) -> tuple[Label[Any], ...]:
    closed, due = m.closed_at.is_not(None), m.first_due_at
    # Moved by its own fault is late, whenever it is done: the citizen was promised another day.
    late = and_(closed, or_(m.moved, m.closed_at > due))
    open_ = and_(m.closed_at.is_(None), m.due_at.is_not(None))
    overdue = and_(open_, or_(m.moved, m.due_at < now))
    return (
        func.count().label("n"),
        _count(closed).label("closed"),
        _count(late).label("late"),
        _count(and_(closed, due.is_not(None), ~m.moved, m.closed_at <= due)).label("on_time"),
        _count(m.closed_at.is_(None)).label("open"),
        _count(overdue).label("overdue"),
        _count(and_(open_, ~m.moved, m.due_at >= now, m.due_at <= near)).label("near"),
    )


def _reconciled() -> Any:
    paid = m.amount_paid - m.amount_refunded
    return case(
        (m.amount_due.is_(None), "unexpected"),
        (and_(m.amount_due > 0, m.amount_paid == 0), "unpaid"),
        (paid == m.amount_due, "matched"),
        (and_(m.amount_refunded > 0, paid == 0), "refunded"),
        (paid < m.amount_due, "underpaid"),
        else_="overpaid",
    )


def _distributions(rows: Sequence[Row]) -> list[Row]:
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        about = {name: row[name] for name in ("organisation", "organisation_name", "level")}
        one = found.setdefault(
            (row["system"], row["type"]),
            {"system": row["system"], "type": row["type"], **about, "n": 0, "ms": 0, "buckets": {}},
        )
        one["n"] += row["n"]
        one["ms"] += row["amount"]
        one["buckets"][row["label"]] = row["n"]
    return [_summed(one) for one in found.values()]


def _summed(one: Row) -> Row:
    buckets: Mapping[str, int] = one["buckets"]
    quantiles = {f"p{q}_ms": quantile_ms(buckets, q / 100) for q in (50, 95, 99)}
    mean = round(one.pop("ms") / one["n"]) if one["n"] else None
    return {**one, "mean_ms": mean, **quantiles}


def day_start(day: date) -> datetime:
    """Return the first moment of a day in Viet Nam, UTC."""
    return end_of_day(day - timedelta(days=1)) + timedelta(seconds=1)
