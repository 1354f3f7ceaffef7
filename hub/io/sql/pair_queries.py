"""How it went between two systems: counts and times by sender, recipient and type."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, and_, case, cast, extract, func, or_, select

from hub.decision.states import State
from hub.indicators.buckets import BOUNDS_MS, OVER, quantile_ms
from hub.io.sql.control_tables import systems
from hub.io.sql.projection_tables import deliveries, messages
from hub.io.sql.views_queries import Window
from hub.io.sql.views_reading import Reading, Row

ARRIVED: Final = (State.DELIVERED, State.ACKNOWLEDGED, State.PROCESSED, State.REJECTED)
"""It reached the recipient, whatever the recipient then said."""
FAILED: Final = (State.DEAD_LETTER, State.EXPIRED, State.WITHDRAWN)
"""Nobody tries any more; a person may."""

_DAY_MS: Final = 86_400_000
_d, _m = deliveries.c, messages.c
_KEYS: Final = (_d.source, _d.recipient, _m.type)


class PairQueries(Reading):
    """Reads the search projection. Raises `Unavailable` when SQL is away."""

    async def pairs(self, window: Window) -> list[Row]:
        """Return messages that were decided in a window, by sender, recipient and type.

        Times run from the decision to the recipient's last word, of those that arrived.
        """
        ms = self._milliseconds()
        arrived = _d.state.in_([one.value for one in ARRIVED])
        label = case((arrived, _bucket(ms)), else_=_d.state)
        # Inside first: a database compares what is selected and grouped by its parameters too.
        each = (
            select(*_KEYS, label.label("label"), ms.label("ms"))
            .select_from(messages.join(deliveries, _same))
            .where(_m.decided_at >= window.since, _m.decided_at < window.until)
            # Who has a part sees what his own sent and what his own got.
            .where(or_(*(self.seen(_whose(end), _m.type) for end in (_d.source, _d.recipient))))
            .subquery()
            .c
        )
        keys = (each.source, each.recipient, each.type, each.label)
        totals = func.count().label("n"), func.sum(each.ms).label("ms")
        query = select(*keys, *totals).group_by(*keys).order_by(*keys)
        return _told(await self.rows(query))

    def _milliseconds(self) -> ColumnElement[float]:
        if self.engine.dialect.name == "sqlite":
            days = func.julianday(_d.updated_at) - func.julianday(_d.decided_at)
            return cast(days * _DAY_MS, Float)
        return cast(extract("epoch", _d.updated_at - _d.decided_at) * 1_000, Float)


def _whose(system: ColumnElement[str]) -> ColumnElement[str]:
    return select(systems.c.organisation).where(systems.c.id == system).scalar_subquery()


_same: Final = and_(_d.source == _m.source, _d.id == _m.id)


def _bucket(ms: ColumnElement[float]) -> ColumnElement[str]:
    return case(*((ms <= bound, str(bound)) for bound in BOUNDS_MS), else_=OVER)


def _told(rows: Sequence[Row]) -> list[Row]:
    pairs: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        pairs.setdefault((row["source"], row["recipient"], row["type"]), []).append(row)
    return [_pair(key, found) for key, found in pairs.items()]


def _pair(key: tuple[Any, ...], rows: Sequence[Row]) -> Row:
    buckets = {row["label"]: row["n"] for row in rows if row["label"] not in _STATES}
    arrived = sum(buckets.values())
    total = sum(row["n"] for row in rows)
    failed = sum(row["n"] for row in rows if row["label"] in FAILED)
    spent = sum(row["ms"] for row in rows if row["label"] in buckets)
    return {
        **dict(zip(("source", "recipient", "type"), key, strict=True)),
        "n": total,
        "arrived": arrived,
        "failed": failed,
        "open": total - arrived - failed,
        "mean_ms": round(spent / arrived) if arrived else None,
        **{f"p{q}_ms": quantile_ms(buckets, q / 100) for q in (50, 95, 99)},
    }


_STATES: Final = frozenset(State)
