"""Make the rules what they were at an earlier version: a new version, equal to the old one.

Some things never go back, whatever the rules said: a key that was revoked stays revoked, a schema
that was published stays published, a retired system stays retired, and what a connector holds has
an owner. A system that came later is suspended, since its name cannot be given out again.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.connector_changes import ChangeModel
from hub.control.draft import RETIRED, SUSPENDED, Draft, Record
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import KINDS, SystemRecord
from hub.io.sql import control_tables as tables

STAYS: Final = frozenset({"key", "schema", "connector"})
"""Kinds of entities that never go back."""

Past = Mapping[int, Mapping[str, bytes | None]]
"""Version to what has changed since: entity to its value as of that version; None: not there."""


class RestoreRules(ChangeModel):
    """The rules are again what they were at this version, as far as anything may go back."""

    change: Literal["restore_rules"]
    version: int = Field(ge=1, le=2**31 - 1)


async def past_of(connection: AsyncConnection, changes: Iterable[Any]) -> Past:
    """Return what the changes want back; empty where none of them asks for the past."""
    wanted = {one.version for one in changes if isinstance(one, RestoreRules)}
    return {version: await _values(connection, version) for version in sorted(wanted)}


async def _values(connection: AsyncConnection, version: int) -> Mapping[str, bytes | None]:
    table = tables.outbox
    since = select(table.c.entity).where(table.c.version > version).distinct().subquery()
    latest = (
        select(table.c.entity, func.max(table.c.version).label("version"))
        .where(table.c.version <= version, table.c.entity.in_(select(since.c.entity)))
        .group_by(table.c.entity)
        .subquery()
    )
    then = select(table.c.entity, table.c.value).join(
        latest, (table.c.entity == latest.c.entity) & (table.c.version == latest.c.version)
    )
    found: dict[str, bytes | None] = {
        row.entity: None for row in await connection.execute(select(since.c.entity))
    }
    found |= {row.entity: row.value or None for row in await connection.execute(then)}
    return {key: value for key, value in found.items() if _goes_back(key)}


def _goes_back(key: str) -> bool:
    kind = key.partition("/")[0]
    return kind in KINDS and kind not in STAYS


def touched(past: Past) -> tuple[set[str], set[str], set[str]]:
    """Return the keys of what goes back, and what must be looked at for it.

    These are the agencies whose endpoints, and the areas whose competences are needed.
    """
    keys = {key for values in past.values() for key in values}
    organisations = {key.split("/")[1] for key in keys if key.startswith("endpoint/")}
    areas = {key.split("/")[1] for key in keys if key.startswith("competence/")}
    return keys, organisations, areas


def restore(change: RestoreRules, draft: Draft, place: str) -> None:
    """Lay the old values over the draft.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`.
    """
    if change.version > draft.version:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no version {change.version}", place)
    for key, value in draft.past[change.version].items():
        kind, _, id = key.partition("/")
        old = None if value is None else msgspec.json.decode(value, type=KINDS[kind])
        wanted = _system(draft, id, old) if kind == "system" else old
        if wanted is None:
            draft.remove(KINDS[kind], id, change.change)
        else:
            draft.put(id, wanted, change.change)


def _system(draft: Draft, id: str, old: Record | None) -> Record | None:
    now = draft.find(SystemRecord, id)
    if now is not None and now.state == RETIRED:
        return now
    return replace(now, state=SUSPENDED) if old is None and now is not None else old
