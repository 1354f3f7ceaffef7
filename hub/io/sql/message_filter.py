"""Which messages a list shows, and the query of their keys.

Each way in which a message may be meant (this sender, that recipient) has its own index, so each
is its own query that stops after a page; the page is taken from their union. One query with an OR
would read everything that is kept.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    exists,
    false,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
)

from hub.decision.rows import Outcome
from hub.decision.statements import STATEMENTS
from hub.decision.states import State
from hub.io.sql.projection_tables import deliveries, messages

MAX_WAYS: Final = 64
"""Most queries in one union: SQLite takes 500. Above it one query looks at each message in turn,
which is quick because so many senders are found everywhere."""


NO_VERDICT: Final = "none"
"""Asks for messages whose documents nobody has judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What somebody may see: messages that these systems sent, or that are for them."""

    systems: frozenset[str] | None
    """None: of all systems."""
    types: frozenset[str] | None = None
    """None: of all types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which messages a list shows. What is None does not narrow it."""

    viewers: tuple[Viewer, ...] | None = None
    """What any of them may see. None: an operator, who sees all."""
    senders: Collection[str] | None = None
    recipients: Collection[str] | None = None
    state: State | None = None
    """With `recipients`: the state for one of them; else for any."""
    id: str | None = None
    subject: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    """Of the refusal, or of a delivery's last event."""
    type: str | None = None
    dataschema: str | None = None
    connector: str | None = None
    priority: str | None = None
    correlationid: str | None = None
    attempts: int | None = None
    """At least so many, for one recipient."""
    trace_id: str | None = None
    verdict: str | None = None
    """The grade of its documents, or `NO_VERDICT`."""
    retried: bool | None = None
    """Whether an operator has had a delivery of it tried again."""
    size_from: int | None = None
    """Bytes of the body, at least."""
    size_to: int | None = None
    """Bytes of the body, at most."""
    statements: bool = True
    """Whether receipts and withdrawals are among them."""
    since: datetime | None = None
    """Decided at this time or later."""
    until: datetime | None = None
    """Decided before this time."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The place of a message in a list."""

    decided_at: datetime
    source: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Which page: what comes after a place in the list, or what comes before it."""

    place: Cursor | None = None
    """None: the list's beginning."""
    back: bool = False
    """Towards newer messages: the nearest come first."""


def keys(wanted: Filter, turn: Turn, count: int | None) -> Select[Any]:
    """Return the query for (source, id, decided_at) of the next `count` messages; None: of all."""
    ways = [
        _keys(wanted, turn, count, way, by_delivery=by_delivery)
        for way in _ways(wanted)
        for by_delivery in _tables(wanted, way)
    ]
    if not ways:
        # Somebody else's message for somebody else: a list that is empty, not an error.
        nothing = select(messages.c.source, messages.c.id, messages.c.decided_at)
        return nothing.where(false())
    found = union(*(select(way) for way in ways)).subquery()
    return _cut(select(found), found, turn, count)


def in_order(table: FromClause, *, back: bool = False) -> tuple[ColumnElement[Any], ...]:
    """Return what lists are ordered by: the newest decision first, or last."""
    columns = (table.c.decided_at, table.c.source, table.c.id)
    return columns if back else tuple(column.desc() for column in columns)


@dataclass(frozen=True, slots=True)
class _Way:
    sender: str | None
    recipient: str | None
    types: frozenset[str] | None = None


def _ways(wanted: Filter) -> list[_Way] | list[None]:
    """Return the ways of meaning a message; [None]: too many, so one query has them all."""
    senders = [None] if wanted.senders is None else sorted(wanted.senders)
    recipients = [None] if wanted.recipients is None else sorted(wanted.recipients)
    systems = sum(len(viewer.systems or ()) for viewer in wanted.viewers or ())
    if len(senders) * len(recipients) * max(1, systems) > MAX_WAYS:
        return [None]
    found = [_Way(*pair) for pair in product(senders, recipients)]
    if wanted.viewers is not None:
        found = [seen for way in found for one in wanted.viewers for seen in _seen(way, one)]
    return list(dict.fromkeys(found))


def _seen(way: _Way, viewer: Viewer) -> list[_Way]:
    if viewer.systems is None or way.sender in viewer.systems or way.recipient in viewer.systems:
        return [_Way(way.sender, way.recipient, viewer.types)]
    found = []
    for system in sorted(viewer.systems):
        if way.sender is None:
            found.append(_Way(system, way.recipient, viewer.types))
        if way.recipient is None:
            found.append(_Way(way.sender, system, viewer.types))
    return found


def _keys(
    wanted: Filter, turn: Turn, count: int | None, way: _Way | None, *, by_delivery: bool
) -> Any:
    table = deliveries if by_delivery else messages
    about_message = _message_conditions(wanted, by_delivery=by_delivery)
    if way is not None and way.types is not None:
        about_message.append(messages.c.type.in_(sorted(way.types)))
    if way is None and wanted.viewers is not None:
        about_message.append(or_(*(_is_seen(viewer) for viewer in wanted.viewers)))
    query = select(table.c.source, table.c.id, table.c.decided_at)
    if by_delivery:
        query = query.distinct()
        if about_message:
            same = and_(messages.c.source == table.c.source, messages.c.id == table.c.id)
            query = query.select_from(deliveries.join(messages, same))
    conditions = [
        *(_way_conditions(table, way) if way else _all_ways(table, wanted)),
        *(_delivery_conditions(wanted) if by_delivery else []),
        *about_message,
        *_time_conditions(table, wanted, turn),
    ]
    return _cut(query.where(*conditions), table, turn, count).subquery()


def _cut(query: Select[Any], table: FromClause, turn: Turn, count: int | None) -> Select[Any]:
    if count is None:
        return query
    return query.order_by(*in_order(table, back=turn.back)).limit(count)


def _tables(wanted: Filter, way: _Way | None) -> tuple[bool, ...]:
    """Say whether to look among deliveries, among messages, or among both."""
    recipient = wanted.recipients is not None if way is None else way.recipient is not None
    of_delivery = (wanted.state, wanted.connector, wanted.attempts)
    if recipient or any(one is not None for one in of_delivery):
        return (True,)
    # A refusal's reason stands with the message, a failure's with the delivery.
    return (False,) if wanted.reason is None else (False, True)


def _way_conditions(table: FromClause, way: _Way) -> list[ColumnElement[bool]]:
    conditions = []
    if way.sender is not None:
        conditions.append(table.c.source == way.sender)
    if way.recipient is not None:
        conditions.append(deliveries.c.recipient == way.recipient)
    return conditions


def _all_ways(table: FromClause, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.senders is not None:
        conditions.append(table.c.source.in_(sorted(wanted.senders)))
    if wanted.recipients is not None:
        conditions.append(deliveries.c.recipient.in_(sorted(wanted.recipients)))
    return conditions


def _is_seen(viewer: Viewer) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if viewer.types is not None:
        conditions.append(messages.c.type.in_(sorted(viewer.types)))
    if viewer.systems is not None:
        theirs, systems = deliveries.alias("theirs"), sorted(viewer.systems)
        for_them = exists().where(
            theirs.c.source == messages.c.source,
            theirs.c.id == messages.c.id,
            theirs.c.recipient.in_(systems),
        )
        conditions.append(or_(messages.c.source.in_(systems), for_them))
    return and_(*conditions)


def _delivery_conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.state is not None:
        conditions.append(deliveries.c.state == wanted.state.value)
    if wanted.connector is not None:
        conditions.append(deliveries.c.connector == wanted.connector)
    if wanted.attempts is not None:
        conditions.append(deliveries.c.attempts >= wanted.attempts)
        if wanted.attempts > 1:
            # Spelt as in the partial index: a database does not look into a parameter.
            conditions.append(deliveries.c.attempts > literal_column("1"))
    if wanted.reason is not None:
        conditions.append(deliveries.c.reason == wanted.reason)
    return conditions


def _message_conditions(wanted: Filter, *, by_delivery: bool) -> list[ColumnElement[bool]]:
    pairs = (
        (messages.c.id, wanted.id),
        (messages.c.subject, wanted.subject),
        (messages.c.outcome, wanted.outcome),
        (messages.c.type, wanted.type),
        (messages.c.dataschema, wanted.dataschema),
        (messages.c.correlationid, wanted.correlationid),
        (messages.c.reason, None if by_delivery else wanted.reason),
        (messages.c.trace_id, wanted.trace_id),
    )
    found = [column == value for column, value in pairs if value is not None]
    if wanted.priority is not None:
        # A literal, for the same reason; it is one of two words.
        urgent: ColumnElement[str] = literal_column("'urgent'")
        same = messages.c.priority == urgent
        found.append(same if wanted.priority == "urgent" else messages.c.priority == "normal")
    found += [*_judged(wanted.verdict), *_repeated(retried=wanted.retried), *_sized(wanted)]
    if not wanted.statements and not by_delivery:
        known = messages.c.type.is_(None)
        found.append(or_(known, messages.c.type.not_in(sorted(STATEMENTS))))
    return found


def _judged(verdict: str | None) -> list[ColumnElement[bool]]:
    if verdict is None:
        return []
    none = verdict == NO_VERDICT
    return [messages.c.verdict.is_(None) if none else messages.c.verdict == verdict]


def _repeated(*, retried: bool | None) -> list[ColumnElement[bool]]:
    if retried is None:
        return []
    return [messages.c.retried_at.is_not(None) if retried else messages.c.retried_at.is_(None)]


def _sized(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.size_from is not None:
        conditions.append(messages.c.size >= wanted.size_from)
    if wanted.size_to is not None:
        conditions.append(messages.c.size <= wanted.size_to)
    return conditions


def _time_conditions(table: FromClause, wanted: Filter, turn: Turn) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.since is not None:
        conditions.append(table.c.decided_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.decided_at < wanted.until)
    if turn.place is not None:
        here = tuple_(table.c.decided_at, table.c.source, table.c.id)
        there = tuple_(turn.place.decided_at, turn.place.source, turn.place.id)
        conditions.append(here > there if turn.back else here < there)
    return conditions
