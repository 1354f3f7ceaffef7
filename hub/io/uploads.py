"""Uploads in several parts: what has arrived survives a broken line."""

import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lgsp_message.reason import Refused
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects, Stored
from hub.io.sql.engine import sql_errors
from hub.io.sql.objects_tables import upload_parts, uploads

MAX_PART_BYTES: Final = 16 * 1024 * 1024
"""Largest part. A part counts whole or not at all: this much is sent again after a broken line."""

UPLOAD_LIFE: Final = timedelta(hours=24)
"""How long an upload may take; then its parts are deleted."""

_FOLDER: Final = "uploads"


class OffsetDiffers(Exception):
    """The part does not begin where the last one ended.

    Attributes:
        received: how many bytes the hub has.
    """

    def __init__(self, received: int) -> None:
        super().__init__("another offset is expected")
        self.received = received


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload that is not complete yet."""

    id: str
    size: int
    """Of the whole object, as announced."""
    received: int


class Uploads:
    """Parts in the object store, progress in SQL."""

    def __init__(
        self,
        engine: AsyncEngine,
        store: ObjectBytes,
        objects: Objects,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine, self._store, self._objects = engine, store, objects
        self._clock = clock

    async def begin(self, system: str, size: int) -> Upload:
        """Begin an upload of `size` bytes; raises `Unavailable`."""
        upload = Upload(id=str(uuid.uuid4()), size=size, received=0)
        row = {"id": upload.id, "system": system, "size": size, "received": 0}
        with sql_errors("beginning an upload"):
            async with self._engine.begin() as connection:
                await connection.execute(insert(uploads).values(**row, started_at=self._clock()))
        return upload

    async def find(self, system: str, id: str) -> Upload | None:
        """Return the system's upload, if there is one; raises `Unavailable`."""
        query = select(uploads.c.size, uploads.c.received).where(
            uploads.c.id == id, uploads.c.system == system
        )
        with sql_errors("looking for an upload"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return None if row is None else Upload(id=id, size=row.size, received=row.received)

    async def append(self, upload: Upload, offset: int, pieces: AsyncIterator[bytes]) -> Upload:
        """Add a part that begins at `offset`; it counts whole or not at all.

        What `pieces` raises goes through.

        Raises:
            OffsetDiffers: the hub has more or fewer bytes.
            Unavailable: a store does not answer.
        """
        if offset != upload.received:
            raise OffsetDiffers(upload.received)
        counted = _Counted(pieces)
        # A name of its own: of two clients that send the same part at once, one will count.
        path = f"{_path(upload.id)}/{uuid.uuid4()}"
        await self._store.write(path, counted.pieces())
        received = offset + counted.size
        if not await self._advance(upload.id, offset, received, path):
            await self._store.delete(path, quietly=True)
            raise OffsetDiffers(received)
        return Upload(id=upload.id, size=upload.size, received=received)

    async def complete(self, system: str, upload: Upload) -> Stored:
        """Make one object of the parts.

        Raises:
            OffsetDiffers: not all bytes are there.
            Refused: `SECRET_MARKING`; the parts are deleted.
            Unavailable: a store does not answer; it may be asked again.
        """
        if upload.received != upload.size:
            raise OffsetDiffers(upload.received)
        try:
            stored = await self._objects.put(system, self._pieces(upload))
        except Refused:
            # Invariant 9: what arrived piece by piece could not be looked at before.
            await self.drop(upload)
            raise
        await self.drop(upload)
        return stored

    async def drop(self, upload: Upload) -> None:
        """Delete an upload and its parts; raises `Unavailable`."""
        with sql_errors("ending an upload"):
            async with self._engine.begin() as connection:
                await connection.execute(delete(upload_parts).where(_parts_of(upload)))
                await connection.execute(delete(uploads).where(uploads.c.id == upload.id))
        async for path, _ in self._store.list(_path(upload.id)):
            await self._store.delete(path, quietly=True)

    async def _advance(self, id: str, offset: int, received: int, path: str) -> bool:
        change = update(uploads).where(uploads.c.id == id, uploads.c.received == offset)
        part = {"upload": id, "start": offset, "size": received - offset, "path": path}
        with sql_errors("noting a part"):
            async with self._engine.begin() as connection:
                done = await connection.execute(change.values(received=received))
                if done.rowcount != 1:
                    return False
                await connection.execute(insert(upload_parts).values(part))
        return True

    async def _pieces(self, upload: Upload) -> AsyncIterator[bytes]:
        query = select(upload_parts).where(_parts_of(upload)).order_by(upload_parts.c.start)
        with sql_errors("reading an upload's parts"):
            async with self._engine.connect() as connection:
                parts = (await connection.execute(query)).all()
        for part in parts:
            async for piece in self._store.read(part.path, 0, part.size):
                yield piece


class _Counted:
    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces, self.size = pieces, 0

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            self.size += len(piece)
            yield piece


async def delete_stale_uploads(engine: AsyncEngine, store: ObjectBytes, now: datetime) -> int:
    """Delete uploads that were not completed within 24 hours; return how many. For the janitor.

    Raises:
        Unavailable: a store does not answer.
    """
    before = now - UPLOAD_LIFE
    with sql_errors("deleting uploads"):
        async with engine.begin() as connection:
            old_ids = select(uploads.c.id).where(uploads.c.started_at < before)
            await connection.execute(delete(upload_parts).where(upload_parts.c.upload.in_(old_ids)))
            gone = await connection.execute(delete(uploads).where(uploads.c.started_at < before))
    old = [path async for path, written in store.list(_FOLDER) if written < before]
    for path in old:
        await store.delete(path, quietly=True)
    return gone.rowcount


def _parts_of(upload: Upload) -> ColumnElement[bool]:
    return upload_parts.c.upload == upload.id


def _path(id: str) -> str:
    return f"{_FOLDER}/{id}"
