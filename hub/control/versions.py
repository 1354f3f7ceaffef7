"""The versions of the rules in SQL, with the change set of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rulebook import VersionRecord
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A version as SQL knows it."""

    record: VersionRecord
    published_at: datetime | None
    """When it was seen in `hub.rules`; None while it waits in the outbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeVersion:
    """A version, and the deed that made it."""

    stored: StoredVersion
    actor: str | None
    """None: nobody's deed stands in the trail."""
    reason: str | None


class Versions:
    """Reads versions; marks them published."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def head(self) -> tuple[int, str]:
        """Return number and hash of the newest version; 0 before the first.

        Raises:
            Unavailable: SQL is away.
        """
        head = tables.rules_head
        with sql_errors("reading the newest rules version"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(head.c.version, head.c.hash))).one()
        return row.version, row.hash

    async def get(self, version: int) -> StoredVersion | None:
        """Return a version, or None when it was never made.

        Raises:
            Unavailable: SQL is away.
        """
        table = tables.rules_versions
        with sql_errors("reading a rules version"):
            async with self._engine.connect() as connection:
                row = (
                    await connection.execute(select(table).where(table.c.version == version))
                ).one_or_none()
        return None if row is None else _stored(row)

    async def page(self, before: int | None, limit: int) -> list[MadeVersion]:
        """Return versions, the newest first, each with who made it and why.

        Raises:
            Unavailable: SQL is away.
        """
        table, trail = tables.rules_versions, tables.trail
        query = (
            select(table, trail.c.actor, trail.c.reason)
            .outerjoin(trail, trail.c.version == table.c.version)
            .order_by(table.c.version.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(table.c.version < before)
        with sql_errors("reading rules versions"):
            async with self._engine.connect() as connection:
                rows = list(await connection.execute(query))
        return [
            MadeVersion(stored=_stored(row), actor=row.actor, reason=row.reason) for row in rows
        ]

    async def changes(self, version: int) -> Mapping[str, bytes | None]:
        """Return the change set of a version by entity key, sorted; None: removed.

        Raises:
            Unavailable: SQL is away.
        """
        table = tables.outbox
        query = select(table.c.entity, table.c.value).where(table.c.version == version)
        with sql_errors("reading a change set"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        # Sorted here: a database sorts by its own collation, the version's hash by code points.
        return {row.entity: row.value for row in sorted(rows, key=lambda row: row.entity)}

    async def mark_published(self, up_to: int, at: datetime) -> None:
        """Note that every version up to this one stands in `hub.rules`. Safe to repeat.

        Raises:
            Unavailable: SQL is away.
        """
        table = tables.rules_versions
        waiting = (table.c.version <= up_to) & table.c.published_at.is_(None)
        with sql_errors("marking a rules version as published"):
            async with self._engine.begin() as connection:
                await connection.execute(update(table).where(waiting).values(published_at=at))


def _stored(row: Row[Any]) -> StoredVersion:
    record = VersionRecord(
        version=row.version, hash=row.hash, previous=row.previous, at=row.at, changes=row.changes
    )
    return StoredVersion(record=record, published_at=row.published_at)
