"""The directory as people read it: level by level, or one organisation with all that is its own."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.lineage import Kin
from hub.decision.directory_records import (
    CodeRecord,
    OrganisationRecord,
    code_of,
    organisation_of,
)
from hub.decision.rulebook import EndpointRecord, KeyRecord, RightRecord, SystemRecord
from hub.directory.organisations import legal_day
from hub.directory.timeline import Happening, Turn, happenings, in_order
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors

MAX_RENAMINGS: Final = 200
"""Most versions of one organisation that are looked at: an import a day is half a year."""

_NAMING: Final = ("code/", "system/")
"""Kinds whose entities belong to an organisation by naming it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One organisation in a tree or a list."""

    id: str
    record: OrganisationRecord
    codes: tuple[str, ...]
    """Those that count on the day."""
    children: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One organisation, with all that is its own."""

    id: str
    record: OrganisationRecord
    path: tuple[Line, ...]
    """Whom it stands under, the topmost first."""
    children: int
    codes: Mapping[str, CodeRecord]
    """Those that it has or had: `earlier` of a code names it where another has the code now."""
    systems: Mapping[str, SystemRecord]
    representing: Mapping[str, SystemRecord]
    """Systems of others that speak for it."""
    keys: Mapping[str, KeyRecord]
    endpoints: Mapping[str, EndpointRecord]
    rights: Mapping[str, RightRecord]
    happenings: tuple[Happening, ...]
    named: Mapping[str, OrganisationRecord]
    """Everybody whom the happenings name."""
    all_told: bool
    """False: its lineage has more than are shown."""


class DirectoryView:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine, day: date) -> None:
        self._engine, self._day = engine, day

    async def below(self, parent: str | None, after: str, limit: int) -> list[Line]:
        """Return who stands right under an organisation, or at the top; by id, after `after`."""
        table = tables.organisations
        query = select(table.c.id).where(table.c.parent == parent, table.c.id > after)
        query = query.order_by(table.c.id).limit(limit)
        with sql_errors("reading the directory"):
            async with self._engine.connect() as connection:
                ids = [row.id for row in await connection.execute(query)]
                return await self._lines(connection, await _organisations(connection, ids))

    async def lines(self, ids: Collection[str]) -> list[Line]:
        """Return these organisations in their order, those that are there."""
        with sql_errors("reading the directory"):
            async with self._engine.connect() as connection:
                return await self._lines(connection, await _organisations(connection, ids))

    async def whole(self, id: str) -> Whole | None:
        """Return one organisation, or None."""
        with sql_errors("reading the directory"):
            async with self._engine.connect() as connection:
                lineage = await Kin(connection).of(id)
                record = lineage.records.get(id)
                if record is None:
                    return None
                known = {one: organisation_of(one, told) for one, told in lineage.records.items()}
                own, moved = await _own(connection, id), await _renamings(connection, id)
                path = await _path(connection, record)
                (line,) = await self._lines(connection, {id: record})
                parents = {
                    one
                    for told in moved
                    if told.turn is Turn.MOVED
                    for one in (told.was, told.became)
                }
                return Whole(
                    id=id,
                    record=record,
                    path=tuple(await self._lines(connection, path)),
                    children=line.children,
                    **own,
                    happenings=in_order((*happenings(known, lineage.line), *moved)),
                    named=lineage.records | await _organisations(connection, parents),
                    all_told=lineage.whole,
                )

    async def _lines(
        self, connection: AsyncConnection, found: Mapping[str, OrganisationRecord]
    ) -> list[Line]:
        codes = await _codes(connection, found, self._day)
        table = tables.organisations
        count = select(table.c.parent, func.count().label("n")).group_by(table.c.parent)
        children: dict[str, int] = {}
        for part in store.slices(found):
            rows = await connection.execute(count.where(table.c.parent.in_(part)))
            children |= {row.parent: row.n for row in rows}
        return [
            Line(id=id, record=record, codes=tuple(codes[id]), children=children.get(id, 0))
            for id, record in found.items()
        ]


async def _organisations(
    connection: AsyncConnection, ids: Iterable[str]
) -> dict[str, OrganisationRecord]:
    """Return the organisations with these ids, in their order; those that are there."""
    keys = [f"organisation/{id}" for id in ids]
    found = await store.load(connection, keys)
    return _by_id({key: found[key] for key in keys if key in found})


def _by_id(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key.partition("/")[2]: record for key, record in found.items()}


async def _codes(
    connection: AsyncConnection, ids: Iterable[str], day: date
) -> Mapping[str, list[str]]:
    """Return the codes of each that count on the day: the form in use since 2020 first."""
    found = _by_id(await store.load_where(connection, "code", "organisation", ids))
    codes: dict[str, list[str]] = defaultdict(list)
    for code, record in sorted(found.items(), key=lambda one: (one[1].scheme != "qd20", one[0])):
        if code_of(record).valid_on(day):
            codes[record.organisation].append(code)
    return codes


async def _path(
    connection: AsyncConnection, record: OrganisationRecord
) -> dict[str, OrganisationRecord]:
    path: dict[str, OrganisationRecord] = {}
    above = record.parent
    while above is not None and above not in path:
        found = await _organisations(connection, [above])
        path |= found
        above = found[above].parent if above in found else None
    return dict(reversed(path.items()))


async def _own(connection: AsyncConnection, id: str) -> dict[str, Mapping[str, Any]]:
    systems = _by_id(await store.load_where(connection, "system", "organisation", [id]))
    naming = {entity for entity, _ in await store.referring(connection, [f"organisation/{id}"])}
    named = await store.load(connection, [one for one in naming if one.startswith(_NAMING)])
    kinds: dict[str, dict[str, Any]] = {"code": {}, "system": {}}
    for key, record in named.items():
        kind, _, name = key.partition("/")
        kinds[kind][name] = record
    return {
        "codes": kinds["code"],
        "systems": systems,
        "representing": {name: one for name, one in kinds["system"].items() if name not in systems},
        "keys": _by_id(await store.load_where(connection, "key", "system", systems)),
        "endpoints": _by_id(await store.load_where(connection, "endpoint", "organisation", [id])),
        "rights": _by_id(await store.load_where(connection, "right", "system", systems)),
    }


async def _renamings(connection: AsyncConnection, id: str) -> list[Happening]:
    """Return when it got other names and other parents, as the versions of the rules tell."""
    outbox, versions = tables.outbox, tables.rules_versions
    query = select(outbox.c.value, versions.c.at).join(versions)
    query = query.where(outbox.c.entity == f"organisation/{id}", outbox.c.value.is_not(None))
    query = query.order_by(outbox.c.version.desc()).limit(MAX_RENAMINGS)
    rows = reversed((await connection.execute(query)).all())
    stood = [
        (msgspec.json.decode(row.value, type=OrganisationRecord), legal_day(row.at)) for row in rows
    ]
    found = []
    for (old, _), (new, day) in pairwise(stood):
        for turn, was, became in (
            (Turn.RENAMED, old.name, new.name),
            (Turn.MOVED, old.parent or "", new.parent or ""),
        ):
            if was != became:
                told = Happening(
                    turn=turn, day=day, before=(id,), after=(id,), was=was, became=became
                )
                found.append(told)
    return found
