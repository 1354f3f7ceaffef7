"""What a system of the sandbox has shown, as the search projection knows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.statements import RECEIPT, WITHDRAWAL
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import deliveries, messages, steps

LARGE_BYTES: Final = 128 * 1024
"""A body of this size, or an object, is large: beyond what a naive client's buffers take."""
_STATEMENTS: Final = (RECEIPT, WITHDRAWAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Counts of one system's messages."""

    types: frozenset[str]
    """Types of which it had a message admitted."""
    invalid: int
    """Refused because the body broke the schema."""
    mended: int
    """Admitted under an id whose first attempt was refused, or after the last refusal."""
    duplicates: int
    out_of_order: int
    """Admitted although an earlier one of the same subject has a later `time`."""
    large: int
    retried: int
    """Drills of a 503 that were sent again."""
    acknowledged: int
    """Deliveries that it acknowledged or processed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMessage:
    """A message that the hub has refused, and that was not sent again and taken."""

    id: str
    type: str | None
    at: datetime
    reason: str
    place: str | None


class Conformance:
    """Reads the projection. Raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, system: str, drilled: str) -> Shown:
        """Return what a system has shown. `drilled`: how the ids of 503 drills begin."""
        own = and_(messages.c.source == system, messages.c.type.not_in(_STATEMENTS))
        admitted = and_(own, messages.c.outcome == "admitted")
        with sql_errors("reading what a system has shown"):
            async with self._engine.connect() as connection:
                typed = select(messages.c.type).where(admitted).distinct()
                types = (await connection.execute(typed)).scalars().all()
                values = [
                    (await connection.execute(query)).scalar_one()
                    for query in (
                        _refused(system),
                        _count(messages, and_(admitted, _after_refusal(system))),
                        _count(steps, and_(steps.c.source == system, steps.c.event == "duplicate")),
                        _count(messages, and_(admitted, _overtaken())),
                        _count(messages, and_(admitted, _is_large())),
                        _count(messages, and_(admitted, messages.c.id.startswith(drilled))),
                        _acknowledged(system),
                    )
                ]
        names = Shown.__slots__[1:]
        return Shown(types=frozenset(types), **dict(zip(names, values, strict=True)))

    async def refused(self, system: str, most: int) -> tuple[RefusedMessage, ...]:
        """Return the last messages of a system that stay refused, the newest first."""
        own = and_(messages.c.source == system, messages.c.outcome == "refused")
        query = select(messages).where(own).order_by(messages.c.decided_at.desc()).limit(most)
        with sql_errors("reading what a system was refused"):
            async with self._engine.connect() as connection:
                return tuple(_shown(row) for row in await connection.execute(query))


def _shown(row: Any) -> RefusedMessage:
    return RefusedMessage(
        id=row.id, type=row.type, at=row.decided_at, reason=row.reason or "", place=row.place
    )


def _count(table: Any, where: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(where)


def _refused(system: str) -> Any:
    broke = and_(
        steps.c.source == system,
        steps.c.event == "refused",
        steps.c.reason == "schema_violation",
    )
    return _count(steps, broke)


def _after_refusal(system: str) -> ColumnElement[bool]:
    earlier = steps.alias()
    return exists().where(
        earlier.c.source == system,
        earlier.c.event == "refused",
        earlier.c.reason == "schema_violation",
        earlier.c.at < messages.c.decided_at,
    )


def _overtaken() -> ColumnElement[bool]:
    other = messages.alias()
    return exists().where(
        other.c.source == messages.c.source,
        other.c.subject == messages.c.subject,
        other.c.outcome == "admitted",
        other.c.decided_at <= messages.c.decided_at,
        other.c.time > messages.c.time,
    )


def _is_large() -> ColumnElement[bool]:
    referring = exists().where(
        steps.c.source == messages.c.source,
        steps.c.id == messages.c.id,
        steps.c.event == "admitted",
        steps.c.detail.contains('"objects":'),
    )
    return or_(messages.c.size >= LARGE_BYTES, referring)


def _acknowledged(system: str) -> Any:
    told = deliveries.c.state.in_(("acknowledged", "processed"))
    return _count(deliveries, and_(deliveries.c.recipient == system, told))
