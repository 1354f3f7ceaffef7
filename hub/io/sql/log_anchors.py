"""The table of anchors: which exist, and what each still waits for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.engine import sql_errors
from hub.io.sql.log_tables import log_anchors
from hub.io.sql.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRow:
    """What is known of one anchor without its file."""

    number: int
    at: datetime
    sizes: Mapping[int, int]
    """Leaves by shard."""
    content: str | None
    """Its file, until that is written."""
    cosigned: int
    """Shards whose checkpoint a witness has cosigned."""
    stamped_at: datetime | None
    stamp_until: datetime | None
    renewal: int | None


class AnchorTable:
    """Anchors in SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def newest(self) -> AnchorRow | None:
        """Return the anchor with the highest number.

        Raises:
            Unavailable: SQL does not answer.
        """
        rows = await self._rows(select(log_anchors).order_by(log_anchors.c.number.desc()).limit(1))
        return rows[0] if rows else None

    async def newest_two(self) -> list[AnchorRow]:
        """Return the newest stamped anchor, then the newest of all.

        Raises:
            Unavailable: SQL does not answer.
        """
        newest = select(log_anchors).order_by(log_anchors.c.number.desc()).limit(1)
        stamped = newest.where(log_anchors.c.stamped_at.is_not(None))
        return [*await self._rows(stamped), *await self._rows(newest)]

    async def get(self, number: int) -> AnchorRow | None:
        """Return one anchor.

        Raises:
            Unavailable: SQL does not answer.
        """
        rows = await self._rows(select(log_anchors).where(log_anchors.c.number == number))
        return rows[0] if rows else None

    async def before(self, number: int, limit: int) -> list[AnchorRow]:
        """Return the anchors before `number`, the newest first.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(log_anchors).where(log_anchors.c.number < number)
        return await self._rows(query.order_by(log_anchors.c.number.desc()).limit(limit))

    async def last_by(self, moment: datetime) -> AnchorRow | None:
        """Return the newest anchor that had its time stamp at `moment`, else the newest of then.

        Raises:
            Unavailable: SQL does not answer.
        """
        newest = select(log_anchors).order_by(log_anchors.c.number.desc()).limit(1)
        rows = await self._rows(newest.where(log_anchors.c.stamped_at <= moment))
        return next(iter(rows or await self._rows(newest.where(log_anchors.c.at <= moment))), None)

    async def from_moment(self, moment: datetime, limit: int) -> list[AnchorRow]:
        """Return anchors made at `moment` or later, the oldest first.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(log_anchors).where(log_anchors.c.at >= moment)
        return await self._rows(query.order_by(log_anchors.c.number).limit(limit))

    async def claim(self, row: AnchorRow) -> bool:
        """Insert an anchor; False: somebody else has made one of this number.

        Raises:
            Unavailable: SQL does not answer.
        """
        with sql_errors("claiming an anchor"):
            async with self._engine.begin() as connection:
                insert = insert_into(connection.dialect.name, log_anchors).values(**_values(row))
                done = await connection.execute(
                    insert.on_conflict_do_nothing().returning(log_anchors.c.number)
                )
                return done.first() is not None

    async def unwritten(self) -> list[AnchorRow]:
        """Return the anchors whose file may not be written yet.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self._rows(select(log_anchors).where(log_anchors.c.content.is_not(None)))

    async def written(self, number: int) -> None:
        """Note that an anchor's file is durable.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self._update([number], {"content": None})

    async def unstamped(self, limit: int) -> list[AnchorRow]:
        """Return anchors without a time stamp, the newest first: it covers all before it.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(log_anchors).where(log_anchors.c.stamped_at.is_(None))
        return await self._rows(query.order_by(log_anchors.c.number.desc()).limit(limit))

    async def count_unstamped(self) -> int:
        """Return how many anchors have no time stamp.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(func.count()).where(log_anchors.c.stamped_at.is_(None))
        with sql_errors("counting anchors"):
            async with self._engine.connect() as connection:
                return int((await connection.execute(query)).scalar_one())

    async def stamped(self, number: int, at: datetime, until: datetime) -> None:
        """Note that an anchor's time stamp is durable.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self._update([number], {"stamped_at": at, "stamp_until": until})

    async def ending(self, before: datetime, limit: int) -> list[AnchorRow]:
        """Return stamped anchors whose newest stamp's certificate ends before a moment.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(log_anchors).where(log_anchors.c.stamp_until < before)
        return await self._rows(query.order_by(log_anchors.c.number).limit(limit))

    async def next_renewal(self) -> int:
        """Return the number of the next renewal.

        Raises:
            Unavailable: SQL does not answer.
        """
        with sql_errors("reading renewals"):
            async with self._engine.connect() as connection:
                last = await connection.execute(select(func.max(log_anchors.c.renewal)))
                number = last.scalar_one_or_none()
        return 0 if number is None else int(number) + 1

    async def renewed(self, numbers: Sequence[int], renewal: int, until: datetime) -> None:
        """Note that a renewal over these anchors is durable.

        Raises:
            Unavailable: SQL does not answer.
        """
        await self._update(numbers, {"renewal": renewal, "stamp_until": until})

    async def restore(self, rows: Sequence[AnchorRow]) -> None:
        """Put rows in place of those that stand there, whole or not at all; others stay.

        What is known of a stamp is not forgotten: the recorder may have noted it meanwhile.

        Raises:
            Unavailable: SQL does not answer.
        """
        values = [
            {**_values(row), "stamped_at": row.stamped_at, "stamp_until": row.stamp_until}
            | {"renewal": row.renewal}
            for row in rows
        ]
        with sql_errors("restoring anchors"):
            async with self._engine.begin() as connection:
                insert = insert_into(connection.dialect.name, log_anchors)
                new, old = insert.excluded, log_anchors.c
                known = ("stamped_at", "stamp_until", "renewal")
                changed = {name: func.coalesce(new[name], old[name]) for name in known}
                changed |= {name: new[name] for name in ("at", "sizes", "content", "cosigned")}
                if values:
                    statement = insert.on_conflict_do_update(
                        index_elements=[old.number], set_=changed
                    )
                    await connection.execute(statement, values)

    async def _update(self, numbers: Sequence[int], values: dict[str, Any]) -> None:
        change = update(log_anchors).where(log_anchors.c.number.in_(numbers)).values(**values)
        with sql_errors("noting an anchor"):
            async with self._engine.begin() as connection:
                await connection.execute(change)

    async def _rows(self, query: Any) -> list[AnchorRow]:
        with sql_errors("reading anchors"):
            async with self._engine.connect() as connection:
                return [_row(found) for found in await connection.execute(query)]


def _values(row: AnchorRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": row.at,
        "sizes": json.dumps({str(shard): size for shard, size in row.sizes.items()}),
        "content": row.content,
        "cosigned": row.cosigned,
    }


def _row(found: Any) -> AnchorRow:
    sizes = {int(shard): int(size) for shard, size in json.loads(found.sizes).items()}
    return AnchorRow(
        number=found.number,
        at=found.at,
        sizes=sizes,
        content=found.content,
        cosigned=found.cosigned,
        stamped_at=found.stamped_at,
        stamp_until=found.stamp_until,
        renewal=found.renewal,
    )
