"""Ask the search projection for lists of messages: pages both ways, counts, everything at once."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.decision.rows import Key, MessageRow
from hub.decision.states import State
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import KEYS_PER_QUERY, keyed
from hub.io.sql.message_filter import Cursor, Filter, Turn, Viewer, in_order, keys
from hub.io.sql.projection_tables import deliveries, messages

MAX_PAGE: Final = 200
"""Most messages in one page."""
COUNTED: Final = 10_000
"""Up to here a count is exact: some milliseconds. Above, it is so only where that is asked for."""
MAX_EXPORT: Final = 100_000
"""Most messages in one export: some 30 MB, a minute. A spreadsheet takes a million lines."""
_EXPORT_PAGE: Final = 1_000

_names: Final = tuple(field.name for field in msgspec.structs.fields(MessageRow))
_columns: Final = tuple(messages.c[name] for name in _names)


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
    """The last message, if older ones follow."""
    previous: Cursor | None
    """The first message, if newer ones come before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many messages a filter finds."""

    count: int
    exact: bool


class MessageLists:
    """Reads the projection. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, wanted: Filter, turn: Turn | None = None, limit: int = 50) -> Page:
        """Return a page of at most `limit` (and `MAX_PAGE`) messages."""
        turn, limit = turn or Turn(), max(1, min(limit, MAX_PAGE))
        with sql_errors("listing messages"):
            async with self._engine.connect() as connection:
                found = await _summaries(connection, wanted, turn, limit + 1)
        rows, more = found[:limit], len(found) > limit
        if turn.back:
            rows.reverse()
        came = turn.place is not None and bool(rows)
        return Page(
            messages=tuple(rows),
            next=_cursor(rows[-1]) if (came if turn.back else more) else None,
            previous=_cursor(rows[0]) if (more if turn.back else came) else None,
        )

    async def count(self, wanted: Filter, now: datetime, *, exact: bool) -> Counted:
        """Return how many messages there are; above `COUNTED` only with `exact` all are counted."""
        some = keys(wanted, Turn(), None if exact else COUNTED + 1).subquery()
        query = select(func.count(), func.min(some.c.decided_at)).select_from(some)
        with sql_errors("counting messages"):
            async with self._engine.connect() as connection:
                count, oldest = (await connection.execute(query)).one()
                if exact or count <= COUNTED:
                    return Counted(count=count, exact=True)
                since = wanted.since or await _first(connection)
        return Counted(
            count=_extrapolated(oldest, since, min(wanted.until or now, now)), exact=False
        )

    async def more_than(self, wanted: Filter, most: int) -> bool:
        """Say whether a filter finds more than `most` messages."""
        some = keys(wanted, Turn(), most + 1).subquery()
        with sql_errors("counting messages"):
            async with self._engine.connect() as connection:
                query = select(func.count()).select_from(some)
                return int((await connection.execute(query)).scalar_one()) > most

    async def all(self, wanted: Filter, most: int = MAX_EXPORT) -> AsyncIterator[MessageSummary]:
        """Yield the newest `most` messages. Memory does not grow with their number."""
        turn, left = Turn(), most
        while left > 0:
            size = min(_EXPORT_PAGE, left)
            # A connection for each page: a slow reader must not hold one, nor a long transaction.
            with sql_errors("exporting messages"):
                async with self._engine.connect() as connection:
                    rows = await _summaries(connection, wanted, turn, size)
            for row in rows:
                yield row
            if len(rows) < size:
                return
            turn, left = replace(turn, place=_cursor(rows[-1])), left - size


async def _summaries(
    connection: AsyncConnection, wanted: Filter, turn: Turn, count: int
) -> list[MessageSummary]:
    found = await connection.execute(_rows(wanted, turn, count))
    rows = [msgspec.convert(dict(zip(_names, row, strict=True)), MessageRow) for row in found]
    states = await _states(connection, wanted.viewers, rows)
    return [
        MessageSummary(message=row, states=states.get((row.source, row.id), {})) for row in rows
    ]


def _rows(wanted: Filter, turn: Turn, count: int) -> Select[Any]:
    found = keys(wanted, turn, count).subquery()
    same = and_(messages.c.source == found.c.source, messages.c.id == found.c.id)
    query = select(*_columns).select_from(found.join(messages, same))
    return query.order_by(*in_order(messages, back=turn.back)).limit(count)


def _cursor(line: MessageSummary) -> Cursor:
    return Cursor(line.message.decided_at, line.message.source, line.message.id)


async def _first(connection: AsyncConnection) -> datetime:
    # Only asked where there are thousands of messages.
    found: datetime = (
        await connection.execute(select(func.min(messages.c.decided_at)))
    ).scalar_one()
    return found


def _extrapolated(oldest: datetime, since: datetime, until: datetime) -> int:
    """Return the estimate: as densely as the newest `COUNTED` lie, so do the older ones."""
    newest = max((until - oldest).total_seconds(), 1.0)
    whole = max((until - since).total_seconds(), newest)
    return int(COUNTED * whole / newest)


async def _states(
    connection: AsyncConnection, viewers: Collection[Viewer] | None, rows: Sequence[MessageRow]
) -> dict[Key, dict[State, int]]:
    """Count the recipients of each message by state, as far as the viewers may know them."""
    counted: dict[Key, dict[State, int]] = defaultdict(dict)
    whole = [row for row in rows if viewers is None or any(_sees(one, row) for one in viewers)]
    of_some = {(row.source, row.id) for row in rows} - {(row.source, row.id) for row in whole}
    theirs = {name for viewer in viewers or () for name in viewer.systems or ()}
    for keys_, systems in (
        ([(row.source, row.id) for row in whole], None),
        (sorted(of_some), theirs),
    ):
        for start in range(0, len(keys_), KEYS_PER_QUERY):
            query = _counting(connection, keys_[start : start + KEYS_PER_QUERY], systems)
            for source, id, state, count in await connection.execute(query):
                counted[source, id][State(state)] = count
    return counted


def _sees(viewer: Viewer, row: MessageRow) -> bool:
    """Say whether a viewer sees every recipient: of what anybody sends, or of what it sent."""
    of_type = viewer.types is None or row.type in viewer.types
    return of_type and (viewer.systems is None or row.source in viewer.systems)


def _counting(
    connection: AsyncConnection, keys_: Sequence[Key], systems: Collection[str] | None
) -> Select[Any]:
    table = deliveries
    query = select(table.c.source, table.c.id, table.c.state, func.count().label("count"))
    query = keyed(connection.dialect.name, query, (table.c.source, table.c.id), keys_)
    if systems is not None:
        query = query.where(table.c.recipient.in_(sorted(systems)))
    return query.group_by(table.c.source, table.c.id, table.c.state)
