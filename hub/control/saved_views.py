"""Views: the filters of a list under a name, one's own or shared with all."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from lgsp_client import uuid7
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import insert_into
from hub.io.sql.view_tables import saved_views as table

MAX_VIEWS: Final = 100
"""Of one person: more are not found again, and each list reads all of them."""
MAX_SHOWN: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved view."""

    id: str
    owner: str
    screen: str
    name: str
    query: str
    """The URL's query, as the console writes it."""
    shared: bool
    created_at: datetime


class SavedViews:
    """Keeps views. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def seen_by(self, person: str, screen: str | None) -> list[View]:
        """Return somebody's own views and the shared ones, by name."""
        query = select(table).where(or_(table.c.owner == person, table.c.shared))
        if screen is not None:
            query = query.where(table.c.screen == screen)
        query = query.order_by(table.c.screen, table.c.name, table.c.id).limit(MAX_SHOWN)
        with sql_errors("reading views"):
            async with self._engine.connect() as connection:
                return [_view(row) for row in await connection.execute(query)]

    async def save(
        self, *, owner: str, screen: str, name: str, query: str, reason: str | None
    ) -> View:
        """Save a view, in the place of one's own with the same name. `reason`: it is shared.

        Raises:
            ChangeRefused: `TOO_MANY_VIEWS`.
        """
        with sql_errors("saving a view"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                mine = (table.c.owner == owner) & (table.c.screen == screen)
                known = await _one(connection, mine & (table.c.name == name))
                if known is None:
                    await _expect_room(connection, owner)
                view = View(
                    id=uuid7() if known is None else known.id,
                    owner=owner,
                    screen=screen,
                    name=name,
                    query=query,
                    shared=reason is not None,
                    created_at=self._clock(),
                )
                await _put(connection, view)
                # Invariant 11: what others see is a write; one's own memory aid is not.
                if reason is not None:
                    await self._note(connection, owner, reason, view, "share_view")
                elif known is not None and known.shared:
                    await self._note(connection, owner, "", known, "unshare_view")
        return view

    async def delete(self, id: str, *, actor: str) -> bool:
        """Delete one's own view; say whether it was one's own, or gone already."""
        with sql_errors("deleting a view"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                known = await _one(connection, table.c.id == id)
                if known is not None and known.owner == actor:
                    await connection.execute(delete(table).where(table.c.id == id))
                    if known.shared:
                        await self._note(connection, actor, "", known, "unshare_view")
        return known is None or known.owner == actor

    async def _note(
        self, connection: AsyncConnection, actor: str, reason: str, view: View, action: str
    ) -> None:
        await note(connection, self._clock(), actor, reason, [(f"view/{view.id}", action)])


async def _one(connection: AsyncConnection, which: ColumnElement[bool]) -> View | None:
    row = (await connection.execute(select(table).where(which))).one_or_none()
    return None if row is None else _view(row)


async def _expect_room(connection: AsyncConnection, owner: str) -> None:
    query = select(func.count()).select_from(table).where(table.c.owner == owner)
    if (await connection.execute(query)).scalar_one() >= MAX_VIEWS:
        raise ChangeRefused(Refusal.TOO_MANY_VIEWS, f"at most {MAX_VIEWS}", "name")


async def _put(connection: AsyncConnection, view: View) -> None:
    values = {field.name: getattr(view, field.name) for field in fields(View)}
    statement = insert_into(connection.dialect.name, table).values(values)
    changed = {name: values[name] for name in ("query", "shared", "created_at")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[table.c.id], set_=changed)
    )


def _view(row: Any) -> View:
    return View(**{field.name: getattr(row, field.name) for field in fields(View)})
