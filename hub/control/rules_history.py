"""What the rules said at some version, and the change sets that lead there. Asked of the outbox.

The outbox keeps every change set for ever, byte for byte: compaction of `hub.rules` forgets,
recomputing and proving must not.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from lgsp_verify.rules import MAX_CHAIN, Chain, Step, digest_of, name_of
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """The value of an entity, and the version that gave it."""

    version: int
    value: bytes


class RulesHistory:
    """Reads old versions. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def value(self, entity: str, version: int) -> Stood | None:
        """Return what stood under `entity` as of `version`; None: nothing."""
        table = tables.outbox
        query = select(table.c.version, table.c.value)
        query = query.where(table.c.entity == entity, table.c.version <= version)
        query = query.order_by(table.c.version.desc()).limit(1)
        with sql_errors("reading an old version of the rules"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return None if row is None or not row.value else Stood(version=row.version, value=row.value)

    async def chain(self, first: int, last: int) -> Chain | None:
        """Return the change sets of these versions by hashes; None: too many for a bundle."""
        table, versions = tables.outbox, tables.rules_versions
        within = table.c.version.between(first, last)
        count = select(func.count()).select_from(table).where(within)
        query = select(table.c.version, table.c.entity, table.c.value).where(within)
        before = select(versions.c.previous).where(versions.c.version == first)
        with sql_errors("reading versions of the rules"):
            async with self._engine.connect() as connection:
                if (await connection.execute(count)).scalar_one() > MAX_CHAIN:
                    return None
                previous = (await connection.execute(before)).scalar_one()
                rows = (await connection.execute(query)).all()
        changes: dict[int, dict[str, str | None]] = {
            number: {} for number in range(first, last + 1)
        }
        for row in rows:
            changes[row.version][name_of(row.entity)] = digest_of(row.value)
        steps = [
            Step(version=number, changes=dict(sorted(told.items())))
            for number, told in changes.items()
        ]
        return Chain(previous=previous, steps=steps)

    async def versions(
        self, last: int
    ) -> AsyncIterator[tuple[int, str, Mapping[str, bytes | None]]]:
        """Yield number, hash and change set of each version up to `last`, in their order."""
        table, versions = tables.outbox, tables.rules_versions
        known = select(versions.c.version, versions.c.hash).where(versions.c.version <= last)
        with sql_errors("reading versions of the rules"):
            async with self._engine.connect() as connection:
                numbers = (await connection.execute(known.order_by(versions.c.version))).all()
                for number, hash_ in numbers:
                    query = select(table.c.entity, table.c.value).where(table.c.version == number)
                    rows = (await connection.execute(query)).all()
                    yield number, hash_, {row.entity: row.value for row in rows}
