"""Ask for dead letters: by cause, one by one, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.dead_letters import OF_A_SOURCE, Stage
from hub.decision.rows import DeadLetterRow
from hub.io.sql.dead_letter_desk import assigned_condition, stage_condition
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import keyed
from hub.io.sql.projection_tables import dead_letters as table

MAX_PAGE: Final = 500

_NAMES: Final = tuple(field.name for field in msgspec.structs.fields(DeadLetterRow))
_PLACE: Final = (table.c.at, table.c.source, table.c.id, table.c.recipient)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterFilter:
    """Which dead letters. What is None does not narrow it; ended ones only where a stage does."""

    connector: str | None = None
    adapter: str | None = None
    code: str | None = None
    fingerprint: str | None = None
    system: str | None = None
    """The recipient; of a record that a source read: the system it reads for."""
    systems: tuple[str, ...] | None = None
    """Any of these recipients."""
    stage: Stage | None = None
    """None: whatever is open."""
    assignee: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Up to this time, and at it."""


class DeadLetterCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last one of a page."""

    at: datetime
    source: str
    id: str
    recipient: str


class GroupCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last group of a page."""

    last_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Dead letters with the same cause."""

    fingerprint: str
    count: int
    first_at: datetime
    last_at: datetime
    connector: str | None
    adapter: str | None
    code: str
    peer_code: str | None
    text: str | None
    """As one of them has it."""


class DeadLetterQueries:
    """Reads the projection. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, wanted: DeadLetterFilter, after: DeadLetterCursor | None, limit: int
    ) -> tuple[list[DeadLetterRow], DeadLetterCursor | None]:
        """Return open dead letters, the newest first, and where the next page begins."""
        query = _select(wanted).order_by(*(column.desc() for column in _PLACE))
        if after is not None:
            query = query.where(tuple_(*_PLACE) < _place(after))
        rows = await self._rows(query.limit(limit + 1))
        return rows[:limit], cursor_of(rows[limit - 1]) if len(rows) > limit else None

    async def slice(
        self, wanted: DeadLetterFilter, after: DeadLetterCursor | None, limit: int
    ) -> list[DeadLetterRow]:
        """Return open dead letters that a connector answers for, the oldest first."""
        # What has ended is nobody's to order, whatever stage was asked for.
        still = (table.c.connector.is_not(None), table.c.ended_at.is_(None))
        query = _select(wanted).where(*still).order_by(*_PLACE)
        if after is not None:
            query = query.where(tuple_(*_PLACE) > _place(after))
        return await self._rows(query.limit(limit))

    async def find(self, keys: Sequence[tuple[str, str, str]]) -> list[DeadLetterRow]:
        """Return those of these (source, id, recipient) that are or were dead letters."""
        columns = (table.c.source, table.c.id, table.c.recipient)
        distinct = list(dict.fromkeys(keys))
        return await self._rows(keyed(self._engine.dialect.name, select(table), columns, distinct))

    async def count(self, wanted: DeadLetterFilter) -> int:
        """Return how many `slice` would give in all."""
        still = (table.c.connector.is_not(None), table.c.ended_at.is_(None))
        conditions = [*_conditions(wanted), *still]
        query = select(func.count()).select_from(table).where(*conditions)
        with sql_errors("counting dead letters"):
            async with self._engine.connect() as connection:
                return int((await connection.execute(query)).scalar_one())

    async def groups(
        self, wanted: DeadLetterFilter, after: GroupCursor | None, limit: int
    ) -> tuple[list[Group], GroupCursor | None]:
        """Return causes, the one that struck last first, and where the next page begins."""
        last = func.max(table.c.at)
        query = _groups(wanted).order_by(last.desc(), table.c.fingerprint.desc())
        if after is not None:
            place = tuple_(last, table.c.fingerprint)
            query = query.having(place < tuple_(after.last_at, after.fingerprint))
        with sql_errors("reading dead letters"):
            async with self._engine.connect() as connection:
                found = [_group(row) for row in await connection.execute(query.limit(limit + 1))]
        page = found[:limit]
        more = len(found) > limit
        return page, GroupCursor(page[-1].last_at, page[-1].fingerprint) if more else None

    async def _rows(self, query: Select[Any]) -> list[DeadLetterRow]:
        with sql_errors("reading dead letters"):
            async with self._engine.connect() as connection:
                rows = list(await connection.execute(query))
        return [DeadLetterRow(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def cursor_of(row: DeadLetterRow) -> DeadLetterCursor:
    """Return the place of a dead letter in lists."""
    return DeadLetterCursor(row.at, row.source, row.id, row.recipient)


def _place(cursor: DeadLetterCursor) -> ColumnElement[Any]:
    return tuple_(cursor.at, cursor.source, cursor.id, cursor.recipient)


def _select(wanted: DeadLetterFilter) -> Select[Any]:
    return select(table).where(*_conditions(wanted))


def _groups(wanted: DeadLetterFilter) -> Select[Any]:
    # The same fingerprint is the same adapter, code and peer's code: any one speaks for all.
    return (
        select(
            table.c.fingerprint,
            func.count().label("number"),
            func.min(table.c.at).label("first_at"),
            func.max(table.c.at).label("last_at"),
            func.max(table.c.connector).label("connector"),
            func.max(table.c.adapter).label("adapter"),
            func.max(table.c.code).label("code"),
            func.max(table.c.peer_code).label("peer_code"),
            func.max(table.c.text).label("text"),
        )
        .where(*_conditions(wanted))
        .group_by(table.c.fingerprint)
    )


def _group(row: Any) -> Group:
    return Group(
        fingerprint=row.fingerprint,
        count=row.number,
        first_at=row.first_at,
        last_at=row.last_at,
        connector=row.connector,
        adapter=row.adapter,
        code=row.code,
        peer_code=row.peer_code,
        text=row.text,
    )


def _conditions(wanted: DeadLetterFilter) -> list[ColumnElement[bool]]:
    is_open = table.c.ended_at.is_(None)
    conditions = [is_open if wanted.stage is None else stage_condition(wanted.stage)]
    if wanted.assignee is not None:
        conditions.append(assigned_condition(wanted.assignee))
    for column, value in (
        (table.c.connector, wanted.connector),
        (table.c.adapter, wanted.adapter),
        (table.c.code, wanted.code),
        (table.c.fingerprint, wanted.fingerprint),
    ):
        if value is not None:
            conditions.append(column == value)
    for names in ((wanted.system,) if wanted.system else None, wanted.systems):
        if names is not None:
            unread = and_(table.c.recipient == OF_A_SOURCE, table.c.source.in_(names))
            conditions.append(table.c.recipient.in_(names) | unread)
    if wanted.since is not None:
        conditions.append(table.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.at <= wanted.until)
    return conditions
