"""Read the views: what the indicator pages, exports and alerts show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Label,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from hub.directory.organisations import legal_day
from hub.indicators.buckets import quantile_ms
from hub.indicators.calendar import Calendar
from hub.indicators.cells import Measure
from hub.indicators.matter import Kind, end_of_day
from hub.io.sql.control_tables import organisations, systems
from hub.io.sql.views_reading import (
    Row,
    c,
    m,
    matters_with_organisation,
    o,
    organisation_columns,
)
from hub.io.sql.views_tables import (
    view_counts,
)
from hub.io.sql.watch_queries import WatchQueries

WARN_DAYS: Final = 2
"""Working days before a limit from which on it is near, where no procedure says otherwise."""
SATISFIED: Final = 4
"""From this score on (hài lòng) a rating counts as satisfied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when until when, the end not included."""

    since: datetime
    until: datetime


class ViewsQueries(WatchQueries):
    """What the indicator pages show. Every method raises `Unavailable` when SQL is away."""

    async def volumes(self, window: Window, measures: Sequence[Measure]) -> list[Row]:
        """Return counts by hour, organisation, system, type, measure and label."""
        keys = (c.hour, c.measure, c.system, c.type, c.label)
        query = (
            select(*keys, *organisation_columns(), func.sum(c.n).label("n"), _amount())
            .select_from(_with_organisation())
            .where(_during(window), c.measure.in_([one.value for one in measures]))
            .where(self.seen(o.id, c.type))
            .group_by(*keys, o.id, o.name, o.level)
            .order_by(*keys)
        )
        return await self.rows(query)

    async def delays(self, window: Window) -> list[Row]:
        """Return the distribution of waiting times by recipient's organisation and type."""
        keys = (c.system, c.type, c.label)
        query = (
            select(*keys, *organisation_columns(), func.sum(c.n).label("n"), _amount())
            .select_from(_with_organisation())
            .where(_during(window), c.measure == Measure.DELAY.value)
            .where(self.seen(o.id, c.type))
            .group_by(*keys, o.id, o.name, o.level)
            .order_by(c.system, c.type)
        )
        return _distributions(await self.rows(query))

    async def timeliness(self, window: Window, now: datetime) -> list[Row]:
        """Return dossiers on time, late and early, open and near their limit.

        By organisation and procedure: dossiers that were opened in the window.
        """
        calendar = await self.calendar()
        near = await self._near(calendar, now)
        query = (
            select(*organisation_columns(), m.procedure, *_judged(now, near))
            .select_from(matters_with_organisation())
            .where(m.kind == Kind.DOSSIER.value, *_opened(window), self.seen(m.org))
            .group_by(o.id, o.name, o.level, m.procedure)
            .order_by(o.id, m.procedure)
        )
        return await self.rows(query)

    async def online(self, window: Window) -> list[Row]:
        """Return by organisation how many dossiers were handed in online, and how many in all."""
        query = (
            select(
                *organisation_columns(),
                func.count().label("n"),
                _count(m.online.is_(True)).label("online"),
            )
            .select_from(matters_with_organisation())
            .where(m.kind == Kind.DOSSIER.value, m.online.is_not(None), *_opened(window))
            .where(self.seen(m.org))
            .group_by(o.id, o.name, o.level)
            .order_by(o.id)
        )
        return await self.rows(query)

    async def satisfaction(self, window: Window) -> list[Row]:
        """Return by organisation how many ratings there are, and how many are satisfied."""
        query = (
            select(
                *organisation_columns(),
                func.count().label("n"),
                _count(m.score >= SATISFIED).label("satisfied"),
            )
            .select_from(matters_with_organisation())
            .where(m.kind == Kind.RATING.value, m.score.is_not(None), *_opened(window))
            .where(self.seen(m.org))
            .group_by(o.id, o.name, o.level)
            .order_by(o.id)
        )
        return await self.rows(query)

    async def payments(self, window: Window) -> list[Row]:
        """Return by organisation and outcome how many fees there are, and what was paid, in đồng.

        A fee belongs to the window when it was asked for in it, or, asked for by nobody, paid.
        """
        outcome = _reconciled().label("outcome")
        at = func.coalesce(m.opened_at, m.closed_at)
        query = (
            select(
                *organisation_columns(),
                outcome,
                func.count().label("n"),
                func.sum(func.coalesce(m.amount_due, 0)).label("due"),
                func.sum(m.amount_paid).label("paid"),
                func.sum(m.amount_refunded).label("refunded"),
            )
            .select_from(matters_with_organisation())
            .where(m.kind == Kind.PAYMENT.value, at >= window.since, at < window.until)
            .where(self.seen(m.org))
            .group_by(o.id, o.name, o.level, outcome)
            .order_by(o.id, outcome)
        )
        return await self.rows(query)

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


def _with_organisation() -> Any:
    return view_counts.outerjoin(systems, systems.c.id == c.system).outerjoin(
        organisations, o.id == systems.c.organisation
    )


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
