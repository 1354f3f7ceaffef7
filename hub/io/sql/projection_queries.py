"""Ask the search projection: one message with all its steps, and lists of messages."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    func,
    select,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.decision.rows import Key, MessageRow, Outcome
from hub.decision.states import State
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import deliveries, goals, messages, positions, steps
from hub.ports import MessageHistory, Step

MAX_PAGE: Final = 200
"""Most messages in one page."""
_KEYS_PER_QUERY: Final = 500

_names: Final = tuple(field.name for field in msgspec.structs.fields(MessageRow))
_columns: Final = tuple(messages.c[name] for name in _names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which messages a list shows. What is None does not narrow it."""

    viewer: str | None = None
    """A system: it sees what it sent and what is for it. None: an operator, who sees all."""
    sender: str | None = None
    recipient: str | None = None
    state: State | None = None
    """With `recipient`: the state for that recipient; else for any."""
    subject: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    type: str | None = None
    since: datetime | None = None
    """Decided at this time or later."""
    until: datetime | None = None
    """Decided before this time."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last message of a page: the next one begins after it."""

    decided_at: datetime
    source: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSummary:
    """One line of a list."""

    message: MessageRow
    states: Mapping[State, int] = field(default_factory=dict)
    """Number of recipients in each state; for a viewer that only receives it, its own state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Messages, the newest decision first."""

    messages: tuple[MessageSummary, ...]
    next: Cursor | None
    """Where the next page begins; None: this is the last one."""


class ProjectionQueries:
    """The port `hub.ports.MessageStatus`, and the lists of the console."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def message(self, source: str, id: str) -> MessageHistory | None:
        """Return the history of a message; see `hub.ports.MessageStatus`."""
        with sql_errors("reading a message's history"):
            async with self._engine.connect() as connection:
                found = await connection.execute(_one(messages, source, id))
                row = found.one_or_none()
                if row is None:
                    return None
                told = await connection.execute(_one(deliveries, source, id))
                happened = await connection.execute(
                    _one(steps, source, id).order_by(steps.c.partition, steps.c.offset)
                )
        return MessageHistory(
            source=source,
            id=id,
            state=row.outcome if row.withdrawn_at is None else "withdrawn",
            recipients={delivery.recipient: delivery.state for delivery in told},
            steps=tuple(map(_step, happened)),
        )

    async def withdrawn(
        self, messages_: Collection[tuple[str, str]]
    ) -> AbstractSet[tuple[str, str]]:
        """Return those that were withdrawn; see `hub.ports.MessageStatus`."""
        remaining, found = iter(messages_), set[tuple[str, str]]()
        with sql_errors("looking for withdrawn messages"):
            async with self._engine.connect() as connection:
                while keys := list(islice(remaining, _KEYS_PER_QUERY)):
                    query = select(messages.c.source, messages.c.id).where(
                        _is_one_of(messages, keys), messages.c.withdrawn_at.is_not(None)
                    )
                    found |= {(row.source, row.id) for row in await connection.execute(query)}
        return found

    async def rebuilding(self) -> bool:
        """Say whether the projection lacks what it had; see `hub.ports.MessageStatus`."""
        behind = and_(
            positions.c.partition == goals.c.partition,
            positions.c.next_offset < goals.c.until_offset,
        )
        with sql_errors("looking whether the projection is whole"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(goals.c.partition).join(positions, behind))
                return found.first() is not None

    async def messages(
        self, wanted: Filter, *, after: Cursor | None = None, limit: int = 50
    ) -> Page:
        """Return a page of the list, after `after`, at most `limit` (and `MAX_PAGE`) messages.

        Raises:
            Unavailable: SQL does not answer.
        """
        limit = max(1, min(limit, MAX_PAGE))
        with sql_errors("listing messages"):
            async with self._engine.connect() as connection:
                found = await connection.execute(_page(wanted, after, limit + 1))
                rows = [_message(row) for row in found]
                states = await _states(connection, wanted.viewer, rows[:limit])
        return Page(
            messages=tuple(
                MessageSummary(message=row, states=states.get((row.source, row.id), {}))
                for row in rows[:limit]
            ),
            next=_cursor(rows[limit - 1]) if len(rows) > limit else None,
        )


def _one(table: Any, source: str, id: str) -> Select[Any]:
    return select(table).where(table.c.source == source, table.c.id == id)


def _step(row: Any) -> Step:
    return Step(
        event=row.event,
        at=row.at,
        recipient=row.recipient,
        reason=row.reason,
        place=row.place,
        detail=msgspec.json.decode(row.detail),
    )


def _message(row: Sequence[Any]) -> MessageRow:
    return msgspec.convert(dict(zip(_names, row, strict=True)), MessageRow)


def _cursor(row: MessageRow) -> Cursor:
    return Cursor(row.decided_at, row.source, row.id)


def _is_one_of(table: FromClause, keys: Sequence[Key]) -> ColumnElement[bool]:
    return tuple_(table.c.source, table.c.id).in_(keys)


def _page(wanted: Filter, after: Cursor | None, count: int) -> Select[Any]:
    """Return the query for the next `count` messages.

    Each way in which a viewer may see a message has its own index, so each is its own query of
    `count` keys; the page is taken from their union.
    """
    keys = union(*(select(way) for way in _ways(wanted, after, count))).subquery()
    same = and_(messages.c.source == keys.c.source, messages.c.id == keys.c.id)
    query = select(*_columns).select_from(keys.join(messages, same))
    return query.order_by(*_newest_first(messages)).limit(count)


def _ways(wanted: Filter, after: Cursor | None, count: int) -> list[Subquery]:
    if wanted.viewer is None:
        return [_keys(wanted, after, count, sender=wanted.sender, recipient=wanted.recipient)]
    ways = []
    if wanted.sender in {None, wanted.viewer}:
        sent = _keys(wanted, after, count, sender=wanted.viewer, recipient=wanted.recipient)
        ways.append(sent)
    if wanted.recipient in {None, wanted.viewer}:
        got = _keys(wanted, after, count, sender=wanted.sender, recipient=wanted.viewer)
        ways.append(got)
    # Somebody else's message for somebody else: a list that is empty, not an error.
    return ways or [_nothing()]


def _nothing() -> Subquery:
    return select(messages.c.source, messages.c.id).where(messages.c.source == "").subquery()


def _keys(
    wanted: Filter, after: Cursor | None, count: int, *, sender: str | None, recipient: str | None
) -> Subquery:
    by_delivery = recipient is not None or wanted.state is not None
    table = deliveries if by_delivery else messages
    query = select(table.c.source, table.c.id, table.c.decided_at).distinct()
    if by_delivery and _needs_message(wanted):
        same = and_(messages.c.source == table.c.source, messages.c.id == table.c.id)
        query = query.select_from(deliveries.join(messages, same))
    conditions = [
        *_delivery_conditions(wanted, recipient),
        *_message_conditions(wanted),
        *_time_conditions(table, wanted, after),
    ]
    if sender is not None:
        conditions.append(table.c.source == sender)
    ordered = query.where(*conditions).order_by(*_newest_first(table)).limit(count).subquery()
    return select(ordered.c.source, ordered.c.id).subquery()


def _needs_message(wanted: Filter) -> bool:
    return bool(_message_conditions(wanted))


def _delivery_conditions(wanted: Filter, recipient: str | None) -> list[ColumnElement[bool]]:
    conditions = []
    if recipient is not None:
        conditions.append(deliveries.c.recipient == recipient)
    if wanted.state is not None:
        conditions.append(deliveries.c.state == wanted.state.value)
    return conditions


def _message_conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    pairs = (
        (messages.c.subject, wanted.subject),
        (messages.c.outcome, wanted.outcome),
        (messages.c.reason, wanted.reason),
        (messages.c.type, wanted.type),
    )
    return [column == value for column, value in pairs if value is not None]


def _time_conditions(
    table: FromClause, wanted: Filter, after: Cursor | None
) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.since is not None:
        conditions.append(table.c.decided_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.decided_at < wanted.until)
    if after is not None:
        place = tuple_(table.c.decided_at, table.c.source, table.c.id)
        conditions.append(place < tuple_(after.decided_at, after.source, after.id))
    return conditions


def _newest_first(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    return table.c.decided_at.desc(), table.c.source.desc(), table.c.id.desc()


async def _states(
    connection: AsyncConnection, viewer: str | None, rows: Sequence[MessageRow]
) -> dict[Key, dict[State, int]]:
    """Count the recipients of each message by state, as far as the viewer may know them."""
    counted: dict[Key, dict[State, int]] = defaultdict(dict)
    table, keys = deliveries, [(row.source, row.id) for row in rows]
    if not keys:
        return counted
    query = select(table.c.source, table.c.id, table.c.state, func.count().label("count"))
    query = query.where(_is_one_of(table, keys))
    if viewer is not None:
        query = query.where((table.c.source == viewer) | (table.c.recipient == viewer))
    query = query.group_by(table.c.source, table.c.id, table.c.state)
    for source, id, state, count in await connection.execute(query):
        counted[source, id][State(state)] = count
    return counted
