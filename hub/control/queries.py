"""What operators look up: entities, and who changed what. Pages by key, never by offset."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control import store
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, and the key to ask for those after them with; None at the end."""

    items: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One write by a person (invariant 11)."""

    id: int
    at: datetime
    actor: str
    reason: str
    version: int | None
    """The rules version it made; None where it changed no rules."""
    changes: int


class Queries:
    """Reads for the operators of one hub.

    Every method raises `Unavailable` when SQL is away.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, kind: str, after: str, limit: int) -> Page:
        """Return up to `limit` entities of a kind whose id comes after `after`."""
        table = store.TABLES[kind]
        query = select(table).where(table.c.id > after).order_by(table.c.id)
        items = [_item(kind, row) for row in await self._rows(query.limit(limit + 1))]
        return _page(items, limit, "id")

    async def one(self, kind: str, id: str) -> dict[str, Any] | None:
        """Return one entity, or None."""
        table = store.TABLES[kind]
        rows = await self._rows(select(table).where(table.c.id == id))
        return _item(kind, rows[0]) if rows else None

    async def version_changes(self, version: int, after: str, limit: int) -> Page:
        """Return part of a version's change set: entity and value, None where it was removed."""
        table = tables.outbox
        query = select(table.c.entity, table.c.value).where(
            table.c.version == version, table.c.entity > after
        )
        rows = await self._rows(query.order_by(table.c.entity).limit(limit + 1))
        items = [{"entity": row.entity, "value": _decoded(row.value)} for row in rows]
        return _page(items, limit, "entity")

    async def trail(self, *, before: int | None, entity: str, limit: int) -> list[TrailEntry]:
        """Return writes, the newest first; with `entity` only those that changed it."""
        table, touched = tables.trail, tables.trail_entities
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.id < before)
        if entity:
            query = query.where(
                exists().where(touched.c.entry == table.c.id, touched.c.entity == entity)
            )
        names = TrailEntry.__slots__
        return [
            TrailEntry(**{name: getattr(row, name) for name in names})
            for row in await self._rows(query)
        ]

    async def trail_entities(self, entry: int, after: str, limit: int) -> Page:
        """Return what one write changed: entity and action."""
        table = tables.trail_entities
        query = select(table.c.entity, table.c.action).where(
            table.c.entry == entry, table.c.entity > after
        )
        rows = await self._rows(query.order_by(table.c.entity).limit(limit + 1))
        items = [{"entity": row.entity, "action": row.action} for row in rows]
        return _page(items, limit, "entity")

    async def _rows(self, query: Select[Any]) -> list[Any]:
        with sql_errors("reading the control plane's tables"):
            async with self._engine.connect() as connection:
                return list(await connection.execute(query))


def _item(kind: str, row: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(store.to_record(kind, row))
    return {"id": row.id, **fields}


def _decoded(value: bytes | None) -> Any:
    return None if value is None else msgspec.json.decode(value)


def _page(items: list[dict[str, Any]], limit: int, key: str) -> Page:
    # One more than asked for was read: it says whether there is a next page.
    more = len(items) > limit
    return Page(items=items[:limit], next=items[limit - 1][key] if more else None)
