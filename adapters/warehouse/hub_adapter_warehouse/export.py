"""A file for each day and source: `day=2026-11-22/source=so-mau/changes.parquet`.

The day is that of arrival, in Vietnam's time: once it is over nothing is added to it, so its file
is final, and writing it again gives the same rows.
"""

import asyncio
import hashlib
import os
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from psycopg import AsyncConnection, sql

from hub_adapter_warehouse.settings import WarehouseConfig

ZONE: Final = timezone(timedelta(hours=7))
GRACE: Final = timedelta(minutes=5)
"""After midnight: longer than any transaction that began before it."""
ROWS: Final = 5_000
"""Rows in memory at a time; of 256 KiB at most, usually of 2."""
COLUMNS: Final = (
    *("source", "id", "type", "dataset", "record_id", "at", "version", "deleted", "received_at"),
    *("body", "correct", "complete", "clean", "live"),
)
_DUE: Final = """
SELECT DISTINCT (received_at AT TIME ZONE INTERVAL '+07:00')::date AS day, source
FROM {schema}.changes c
WHERE received_at < %s
-- Days are written in order: what lies before the last one needs no look.
AND received_at >= coalesce((SELECT max(day) - 1 FROM {schema}.exports), '-infinity')
AND NOT EXISTS (
  SELECT FROM {schema}.exports e WHERE e.source = c.source
  AND e.day = (c.received_at AT TIME ZONE INTERVAL '+07:00')::date)
ORDER BY day, source"""
_ROWS: Final = """
SELECT c.source, c.id, c.type, c.dataset, c.record_id, c.at, c.version, c.deleted, c.received_at,
  convert_from(c.body, 'UTF8'), q.correct, q.complete, q.clean, q.live
FROM {schema}.changes c JOIN {schema}.quality_verdicts q USING (source, id)
WHERE c.source = %s AND c.received_at >= %s AND c.received_at < %s ORDER BY c.id"""
_NOTE: Final = """
INSERT INTO {schema}.exports (day, source, rows, sha256, exported_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (day, source) DO UPDATE SET (rows, sha256, exported_at) =
  (EXCLUDED.rows, EXCLUDED.sha256, EXCLUDED.exported_at)"""

Connection = AsyncConnection[tuple[Any, ...]]


class Exporter:
    """Writes what is due, one file a call."""

    def __init__(self, config: WarehouseConfig, folder: Path) -> None:
        self._schema, self._folder = sql.Identifier(config.schema_name), folder
        self._looked: date | None = None

    async def due(self, connection: Connection, now: datetime) -> list[tuple[date, str]]:
        """Return the days that are over, with their sources, that have no file yet."""
        today = datetime.combine(_day(now), time(), ZONE)
        query = sql.SQL(_DUE).format(schema=self._schema)
        rows = await (await connection.execute(query, [today])).fetchall()
        return [(day, source) for day, source in rows]

    def has_looked(self, now: datetime) -> bool:
        """Say whether it is known that nothing is due before this day is over."""
        return self._looked == _day(now)

    async def one(self, connection: Connection, now: datetime) -> Path | None:
        """Write one file that is due, None where there is none. Ask `has_looked` first.

        Raises:
            OSError: the file cannot be written; nothing of it is seen under its name.
            psycopg.Error: the warehouse does not answer.
        """
        due = await self.due(connection, now)
        if not due:
            self._looked = _day(now)
            return None
        return await self._write(connection, *due[0], now)

    async def _write(self, connection: Connection, day: date, source: str, now: datetime) -> Path:
        # The hub's grammar of system names lets nothing through that could leave the folder.
        path = self._folder / f"day={day}" / f"source={source}" / "changes.parquet"
        part = path.with_name(".changes.parquet.part")
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        rows = await self._fill(connection, part, day, source)
        digest = await asyncio.to_thread(_named, part, path)
        query = sql.SQL(_NOTE).format(schema=self._schema)
        # Noted after the file has its name: a crash between the two writes the same file again.
        await connection.execute(query, [day, source, rows, digest, now])
        return path

    async def _fill(self, connection: Connection, part: Path, day: date, source: str) -> int:
        # Only who exports pays for it: some 100 MB of memory.
        from hub_adapter_warehouse.parquet import Writer  # noqa: PLC0415

        begin = datetime.combine(day, time(), ZONE)
        query = sql.SQL(_ROWS).format(schema=self._schema)
        count = 0
        writer = Writer(part)
        try:
            async with connection.transaction(), connection.cursor("export") as cursor:
                await cursor.execute(query, [source, begin, begin + timedelta(days=1)])
                while rows := await cursor.fetchmany(ROWS):
                    await asyncio.to_thread(writer.add, rows)
                    count += len(rows)
        finally:
            await asyncio.to_thread(writer.close)
        return count


def _day(now: datetime) -> date:
    """Return the day that is not over yet, in Vietnam's time."""
    return (now - GRACE).astimezone(ZONE).date()


def _named(part: Path, path: Path) -> str:
    """Make a file durable, then give it its name; return its SHA-256."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    part.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return digest
