"""What people did and were denied: written where no change of rules writes it, and read by all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.service import Control
from hub.control.trail import Result, note
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors

MAX_TARGETS: Final = 20
"""Targets shown with one entry of a list; the entry itself has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries. What is None does not narrow it."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    """The whole name, or the beginning of it with a `*` at the end."""
    result: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was done, to what, and how it was before and after."""

    entity: str
    action: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One deed of a person."""

    id: int
    at: datetime
    actor: str
    reason: str
    result: str
    version: int | None
    changes: int
    """How many targets; the list shows the first ones."""
    address: str | None
    """Where the request came from; None: it was the hub itself, or before addresses were kept."""
    targets: tuple[Target, ...]


class Audit:
    """The trail of people. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def record(
        self,
        actor: str,
        action: str,
        target: str,
        *,
        reason: str = "",
        result: Result = Result.DONE,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Write one deed that changes nothing, as a look at a body, or a denial.

        Returns once it is durable: what must be in the trail is written before it is done.
        """
        with sql_errors("writing the trail"):
            async with self._control.engine.begin() as connection:
                await note(
                    connection,
                    self._control.clock(),
                    actor,
                    reason,
                    [(target, action)],
                    result=result,
                    values=None if after is None else {target: (None, dict(after))},
                )

    async def page(self, wanted: Wanted, before: int | None, limit: int) -> list[Entry]:
        """Return entries, the newest first, each with its first targets."""
        trail = tables.trail
        query = _narrowed(select(trail), wanted).order_by(trail.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(trail.c.id < before)
        with sql_errors("reading the trail"):
            async with self._control.engine.connect() as connection:
                rows = list(await connection.execute(query))
                targets = await _first_targets(connection, [row.id for row in rows])
                return [_entry(row, targets.get(row.id, ())) for row in rows]

    async def one(self, id: int, after: str, limit: int) -> Entry | None:
        """Return one entry with `limit` of its targets after the one named; or None."""
        touched = tables.trail_entities
        query = _targets().where(touched.c.entry == id, touched.c.entity > after)
        with sql_errors("reading the trail"):
            async with self._control.engine.connect() as connection:
                found = select(tables.trail).where(tables.trail.c.id == id)
                row = (await connection.execute(found)).one_or_none()
                if row is None:
                    return None
                rows = list(await connection.execute(query.order_by(touched.c.entity).limit(limit)))
                return _entry(row, [_target(one) for one in rows])


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    trail, touched = tables.trail, tables.trail_entities
    if wanted.actor is not None:
        query = query.where(trail.c.actor == wanted.actor)
    if wanted.result is not None:
        query = query.where(trail.c.result == wanted.result)
    if wanted.since is not None:
        query = query.where(trail.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(trail.c.at <= wanted.until)
    about = [touched.c.entry == trail.c.id]
    if wanted.action is not None:
        about.append(touched.c.action == wanted.action)
    if wanted.target is not None:
        about.append(_is_target(wanted.target))
    return query if len(about) == 1 else query.where(exists().where(and_(*about)))


def _is_target(target: str) -> Any:
    entity = tables.trail_entities.c.entity
    if target.endswith("*"):
        return entity.startswith(target.removesuffix("*"), autoescape=True)
    return entity == target


def _targets() -> Select[Any]:
    """Return the targets, each with how it was before and after.

    What changed the rules stands in the outbox, version by version; the rest beside the target.
    """
    trail, touched, new = tables.trail, tables.trail_entities, tables.outbox
    old = new.alias()
    same = (new.c.entity == touched.c.entity) & (new.c.version == trail.c.version)
    earlier = (old.c.entity == touched.c.entity) & (old.c.version < trail.c.version)
    last = select(old.c.value).where(earlier).order_by(old.c.version.desc()).limit(1)
    return select(
        touched.c.entry,
        touched.c.entity,
        touched.c.action,
        touched.c.before,
        touched.c.after,
        last.scalar_subquery().label("old"),
        select(new.c.value).where(same).scalar_subquery().label("new"),
    ).join(trail, trail.c.id == touched.c.entry)


async def _first_targets(
    connection: AsyncConnection, entries: Sequence[int]
) -> dict[int, list[Target]]:
    touched = tables.trail_entities
    place = func.row_number().over(partition_by=touched.c.entry, order_by=touched.c.entity)
    numbered = select(touched.c.entry, touched.c.entity, place.label("place"))
    first = numbered.where(touched.c.entry.in_(entries)).subquery()
    query = _targets().join(
        first, (first.c.entry == touched.c.entry) & (first.c.entity == touched.c.entity)
    )
    query = query.where(first.c.place <= MAX_TARGETS).order_by(touched.c.entry, touched.c.entity)
    found: dict[int, list[Target]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.entry, []).append(_target(row))
    return found


def _target(row: Any) -> Target:
    return Target(
        entity=row.entity,
        action=row.action,
        before=row.before if row.old is None else msgspec.json.decode(row.old),
        after=row.after if row.new is None else msgspec.json.decode(row.new),
    )


def _entry(row: Any, targets: Sequence[Target]) -> Entry:
    names = (name for name in Entry.__slots__ if name != "targets")
    return Entry(**{name: getattr(row, name) for name in names}, targets=tuple(targets))
