"""How it goes for a part of the hub: what happened and what is open, for who does not see all."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Outcome
from hub.decision.states import State
from hub.io.sql.engine import sql_errors
from hub.io.sql.figures import MOST, OPEN
from hub.io.sql.message_filter import Filter, Turn, Viewer, keys
from hub.io.sql.pair_queries import ARRIVED
from hub.io.sql.projection_tables import deliveries, messages

_d, _m = deliveries.c, messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How many messages were decided alike in one minute."""

    at: datetime
    outcome: Outcome
    reason: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How many deliveries of messages that were decided in one minute arrived, or died."""

    at: datetime
    arrived: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A delivery that nobody has finished."""

    source: str
    id: str
    recipient: str
    state: State
    decided_at: datetime


class PartFigures:
    """Reads the projection for some viewers. Every method raises `Unavailable` without SQL."""

    def __init__(self, engine: AsyncEngine, viewers: tuple[Viewer, ...]) -> None:
        self._engine, self._viewers = engine, viewers

    async def decided(self, since: datetime) -> list[Decided]:
        """Return the decisions since a moment: of the newest `MOST` messages."""
        found = self._keys(since).subquery()
        same = and_(_m.source == found.c.source, _m.id == found.c.id)
        each = (self._minute(_m.decided_at), _m.outcome, _m.reason)
        query = select(*each, func.count()).select_from(messages.join(found, same)).group_by(*each)
        return [
            Decided(at=_moment(at), outcome=Outcome(outcome), reason=reason, count=count)
            for at, outcome, reason, count in await self._rows(query)
        ]

    async def ended(self, since: datetime) -> list[Ended]:
        """Return deliveries of the same messages that arrived or became dead letters."""
        found = self._keys(since).subquery()
        same = and_(_d.source == found.c.source, _d.id == found.c.id)
        arrived = _d.state.in_([one.value for one in ARRIVED]).label("arrived")
        told = (*ARRIVED, State.DEAD_LETTER)
        each = (self._minute(_d.decided_at), arrived)
        query = (
            self._deliveries(*each, func.count())
            .join(found, same)
            .where(_d.state.in_([one.value for one in told]))
            .group_by(*each)
        )
        return [
            Ended(at=_moment(at), arrived=bool(arrived), count=count)
            for at, arrived, count in await self._rows(query)
        ]

    async def open(self) -> dict[State, int]:
        """Return how many deliveries are in each open state, each up to `MOST`."""
        found = {}
        for state in OPEN:
            some = self._deliveries(_d.source).where(_d.state == state.value).limit(MOST)
            ((count,),) = await self._rows(select(func.count()).select_from(some.subquery()))
            found[state] = int(count)
        return found

    async def oldest(self) -> Open | None:
        """Return the open delivery that was admitted first."""
        found = []
        for state in OPEN:
            query = self._deliveries(_d.source, _d.id, _d.recipient, _d.decided_at)
            query = query.where(_d.state == state.value).order_by(_d.decided_at).limit(1)
            found += [
                Open(source=source, id=id, recipient=recipient, state=state, decided_at=at)
                for source, id, recipient, at in await self._rows(query)
            ]
        return min(found, key=lambda one: one.decided_at, default=None)

    def _keys(self, since: datetime) -> Select[Any]:
        return keys(Filter(viewers=self._viewers, statements=False, since=since), Turn(), MOST)

    def _deliveries(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return deliveries that the viewers may know: of their own messages, and to their own."""
        seen = or_(*(_sees(one) for one in self._viewers))
        same = and_(_m.source == _d.source, _m.id == _d.id)
        return select(*columns).select_from(deliveries.join(messages, same)).where(seen)

    def _minute(self, at: ColumnElement[datetime]) -> ColumnElement[Any]:
        if self._engine.dialect.name == "sqlite":
            return func.strftime("%Y-%m-%dT%H:%M", at)
        return func.date_trunc("minute", at)

    async def _rows(self, query: Select[Any]) -> list[Any]:
        with sql_errors("reading figures"):
            async with self._engine.connect() as connection:
                return list(await connection.execute(query))


def _sees(viewer: Viewer) -> ColumnElement[bool]:
    of_type = true() if viewer.types is None else _m.type.in_(sorted(viewer.types))
    if viewer.systems is None:
        return of_type
    systems = sorted(viewer.systems)
    return and_(of_type, or_(_d.source.in_(systems), _d.recipient.in_(systems)))


def _moment(minute: Any) -> datetime:
    at = datetime.fromisoformat(minute) if isinstance(minute, str) else minute
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
