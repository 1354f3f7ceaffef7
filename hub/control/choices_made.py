"""Choices of recipients that operators made, and what came of each.

The trail says who chose whom and why; the projection says where each recipient stands now.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control.check_orders import MESSAGE
from hub.control.reviews import CHOSEN
from hub.io.sql.control_tables import trail, trail_entities
from hub.io.sql.document_tables import document_checks as checks
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import keyed
from hub.io.sql.projection_tables import deliveries, messages

_Key = tuple[str, str]
_Rows = Sequence[Any]
"""As SQL gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a message stands for one recipient."""

    system: str
    chosen: bool
    state: str
    reason: str | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade:
    """One word of an operator about one message: never its body."""

    entry: int
    """Number in the trail."""
    source: str
    id: str
    type: str | None
    subject: str | None
    at: datetime
    by: str
    reason: str
    chosen: Mapping[str, Sequence[str]]
    """For each open address the systems; none: nobody gets it."""
    waits: bool
    """True: a recipient is still to be chosen: the router has not followed yet, or the choice
    fitted no more when it did."""
    recipients: tuple[Standing, ...]


async def choices_made(engine: AsyncEngine, before: int | None, limit: int) -> list[ChoiceMade]:
    """Return the newest choices whose number is below `before`.

    Raises:
        Unavailable: SQL is away.
    """
    query = select(trail.c.id, trail.c.at, trail.c.actor, trail.c.reason, *_OF_ENTITY).join(
        trail_entities, trail_entities.c.entry == trail.c.id
    )
    query = query.where(trail_entities.c.action == CHOSEN)
    if before is not None:
        query = query.where(trail.c.id < before)
    with sql_errors("listing choices of recipients"):
        async with engine.connect() as connection:
            query = query.order_by(trail.c.id.desc()).limit(limit)
            words = list(await connection.execute(query))
            return await _with_standings(connection, words) if words else []


_OF_ENTITY: Final = (trail_entities.c.entity, trail_entities.c.after)


async def _with_standings(connection: AsyncConnection, words: _Rows) -> list[ChoiceMade]:
    dialect, keys = connection.dialect.name, [_named(row.entity) for row in words]

    async def rows(*columns: Any) -> _Rows:
        wanted = keyed(dialect, select(*columns), columns[:2], keys)
        return list(await connection.execute(wanted))

    waiting = {(row.source, row.id) for row in await rows(*_WAITS) if row.choosing}
    known = {(row.source, row.id): row for row in await rows(*_MESSAGE)}
    standings: dict[_Key, list[Any]] = defaultdict(list)
    for row in await rows(*_DELIVERY):
        standings[row.source, row.id].append(row)
    return [
        _made(row, key, known.get(key), standings[key], waits=key in waiting)
        for row, key in zip(words, keys, strict=True)
    ]


_WAITS: Final = (checks.c.source, checks.c.id, checks.c.choosing)
_MESSAGE: Final = (messages.c.source, messages.c.id, messages.c.type, messages.c.subject)
_DELIVERY: Final = (
    *(deliveries.c.source, deliveries.c.id, deliveries.c.recipient),
    *(deliveries.c.state, deliveries.c.reason, deliveries.c.updated_at),
)


def _named(entity: str) -> _Key:
    source, _, id = entity.removeprefix(MESSAGE).partition("/")
    return source, id


def _made(word: Any, key: _Key, message: Any, found: _Rows, *, waits: bool) -> ChoiceMade:
    chosen: dict[str, list[str]] = word.after or {}
    given = {system for systems in chosen.values() for system in systems}
    return ChoiceMade(
        entry=word.id,
        source=key[0],
        id=key[1],
        type=None if message is None else message.type,
        subject=None if message is None else message.subject,
        at=word.at,
        by=word.actor,
        reason=word.reason,
        chosen=chosen,
        waits=waits,
        recipients=tuple(
            Standing(
                system=row.recipient,
                chosen=row.recipient in given,
                state=row.state,
                reason=row.reason,
                since=row.updated_at,
            )
            for row in sorted(found, key=lambda one: (one.recipient not in given, one.recipient))
        ),
    )
