"""Who joined and left Kafka's consumer groups, as far as somebody has looked.

Kafka keeps no history of it. What is not looked at is not known: the answer says since when. The
last look and the newest changes are in SQL: a restart forgets nothing, and several API processes
tell the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.io.kafka.groups import Group, Member
from hub.io.sql.engine import sql_errors
from hub.io.sql.group_tables import group_changes, groups_seen
from hub.io.sql.upsert import upsert_statement

KEPT: Final = 200
"""Changes remembered: a screen full many times over, and some dozen kB."""
_ROW: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A group that had others in it, or another state, than at the look before."""

    at: datetime
    group: str
    state: str
    joined: tuple[Member, ...]
    left: tuple[Member, ...]


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What was there of one group at a look."""

    state: str
    members: tuple[Member, ...]


Groups = Mapping[str, Seen]
_NOTHING: Final = Seen(state="Dead", members=())


class Rebalances:
    """Compares each look with the one before. Every method raises `Unavailable`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def look(self, groups: Iterable[Group], at: datetime) -> None:
        """Note what has changed since the last look."""
        found = {one.name: Seen(state=one.state, members=one.members) for one in groups}
        with sql_errors("reading consumer groups as they were"):
            async with self._engine.connect() as connection:
                known = await _last(connection)
        if known is not None and not list(changes(known, found, at)):
            return
        with sql_errors("noting a change of consumer groups"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                # Read again: another process may have noted the same change meanwhile.
                await _keep(connection, await _last(connection), found, at)

    async def told(self) -> tuple[datetime | None, list[Change]]:
        """Return when it was looked first, and what has changed since, the newest first."""
        newest = select(group_changes).order_by(group_changes.c.number.desc()).limit(KEPT)
        with sql_errors("reading changes of consumer groups"):
            async with self._engine.connect() as connection:
                query = select(groups_seen.c.since)
                since = (await connection.execute(query)).scalar_one_or_none()
                rows = (await connection.execute(newest)).all()
        return since, [_change(row) for row in rows]


def changes(before: Groups, after: Groups, at: datetime) -> Iterator[Change]:
    """Return what has changed from one look to the next. Pure."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, _NOTHING), after.get(name, _NOTHING)
        then, now = Counter(old.members), Counter(new.members)
        if then != now or old.state != new.state:
            yield Change(
                at=at,
                group=name,
                state=new.state,
                joined=tuple((now - then).elements()),
                left=tuple((then - now).elements()),
            )


async def _last(connection: AsyncConnection) -> Groups | None:
    row = (await connection.execute(select(groups_seen.c.groups))).one_or_none()
    return None if row is None else msgspec.convert(row.groups, dict[str, Seen])


async def _keep(
    connection: AsyncConnection, known: Groups | None, found: Groups, at: datetime
) -> None:
    values = [] if known is None else [_row(one) for one in changes(known, found, at)]
    if values:
        await connection.execute(insert(group_changes), values)
        table = group_changes
        query = select(table.c.number).order_by(table.c.number.desc()).offset(KEPT).limit(1)
        last = (await connection.execute(query)).scalar_one_or_none()
        if last is not None:
            await connection.execute(delete(table).where(table.c.number <= last))
    await _keep_look(connection, found, at)


async def _keep_look(connection: AsyncConnection, found: Groups, at: datetime) -> None:
    query = select(groups_seen.c.since)
    since = (await connection.execute(query)).scalar_one_or_none() or at
    row = {"id": _ROW, "since": since, "groups": msgspec.to_builtins(found)}
    statement = upsert_statement(connection.dialect.name, groups_seen)
    await connection.execute(statement, [row])


def _row(one: Change) -> dict[str, Any]:
    members = {"joined": msgspec.to_builtins(one.joined), "left": msgspec.to_builtins(one.left)}
    return {"at": one.at, "name": one.group, "state": one.state} | members


def _change(row: Any) -> Change:
    joined, left = (msgspec.convert(one, tuple[Member, ...]) for one in (row.joined, row.left))
    return Change(at=row.at, group=row.name, state=row.state, joined=joined, left=left)
