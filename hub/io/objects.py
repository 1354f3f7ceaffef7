"""Objects: content too large for a message, by its hash. Bytes in a store, who may read in SQL."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.io.object_bytes import ObjectBytes
from hub.io.screening import Marked, Screening
from hub.io.sql.engine import sql_errors
from hub.io.sql.objects_tables import object_access, stored_objects
from hub.io.sql.upsert import insert_into

MAX_OBJECT_BYTES: Final = 100 * 1024 * 1024
"""Largest object: a scanned file of a hundred pages has 50 MB; a video is not a document."""

UNREFERENCED_FOR: Final = timedelta(hours=24)
"""How long an object waits for the message that refers to it; then it is deleted."""

MAX_WAITING_BYTES: Final = 4 * 1024 * 1024 * 1024
"""Bytes of one system's objects that no admitted message refers to yet: one system that only
uploads must not fill the disk for all."""

UPLOADED: Final = "uploaded"
DELIVERED: Final = "delivered"
"""Written by the recorder, for the recipients of an admitted message that refers to the object."""

_FOLDER: Final = "objects"


class ObjectTooLarge(Exception):
    """More than `MAX_OBJECT_BYTES`, or than a reader takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object that its reader may read."""

    hash: str
    """`sha256:` and 64 hexadecimal digits."""
    size: int
    path: str


class Objects:
    """The port `hub.ports.ObjectAccess`, uploads and downloads."""

    def __init__(
        self,
        engine: AsyncEngine,
        store: ObjectBytes,
        clock: Callable[[], datetime],
        screening: Screening | None = None,
    ) -> None:
        """`screening` of None is for who stores nothing, and for tests."""
        self._engine, self._store, self._clock = engine, store, clock
        self._screening = screening

    async def put(self, system: str, pieces: AsyncIterator[bytes]) -> Stored:
        """Store the bytes, hashed on the way; return once they and the access are durable.

        What `pieces` raises goes through, and nothing is left behind.

        Raises:
            ObjectTooLarge, Unavailable.
            Refused: `SECRET_MARKING`; only the fact and the hash were recorded.
        """
        path = f"{_FOLDER}/{uuid.uuid4()}"
        hashed = _Hashed(pieces)
        await self._write(system, path, hashed)
        mine = Stored(hash=hashed.name, size=hashed.size, path=path)
        try:
            kept = await self._register(system, mine, self._clock())
        except BaseException:
            await self._store.delete(path, quietly=True)
            raise
        if kept != path:
            await self._store.delete(path, quietly=True)
        return Stored(hash=mine.hash, size=mine.size, path=kept)

    async def waiting_bytes(self, system: str) -> int:
        """Return how many bytes of the system's uploads no admitted message refers to yet.

        Raises:
            Unavailable: SQL does not answer.
        """
        own = select(object_access.c.hash).where(
            object_access.c.system == system, object_access.c.how == UPLOADED
        )
        query = select(func.coalesce(func.sum(stored_objects.c.size), 0)).where(
            stored_objects.c.hash.in_(own), ~_referenced()
        )
        with sql_errors("counting objects"):
            async with self._engine.connect() as connection:
                return int((await connection.execute(query)).scalar_one())

    async def find(self, system: str, hash_: str) -> Stored | None:
        """Return the object if the system may read it.

        Raises:
            Unavailable: SQL does not answer.
        """
        mine = and_(stored_objects.c.hash == hash_, _accessible(system))
        return await self._stored(mine, hash_)

    async def referred(self, hash_: str) -> Stored | None:
        """Return the object, for who holds an admitted message to itself that refers to it.

        What the recorder notes of that message is not asked: it comes later.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self._stored(stored_objects.c.hash == hash_, hash_)

    def read(self, stored: Stored, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes [start, end) of the object; raises `Unavailable`."""
        return self._store.read(stored.path, start, end)

    async def whole(self, hash_: str, limit: int) -> bytes | None:
        """Return all of an object's bytes, for the hub itself; None: it is gone.

        Raises:
            ObjectTooLarge: it has more than `limit` bytes.
            Unavailable: a store does not answer.
        """
        stored = await self.referred(hash_)
        if stored is None:
            return None
        if stored.size > limit:
            raise ObjectTooLarge
        try:
            return b"".join([piece async for piece in self.read(stored, 0, stored.size)])
        except FileNotFoundError:
            return None

    async def held(self, system: str, hashes: Collection[str]) -> AbstractSet[str]:
        """Return those that the system may refer to; see `hub.ports.ObjectAccess`.

        They are touched: between the reference and the recorder's word of it, nobody deletes them.
        """
        wanted = stored_objects.c.hash.in_(list(hashes))
        query = select(stored_objects.c.hash).where(wanted, _accessible(system))
        touch = update(stored_objects).where(wanted, _accessible(system))
        with sql_errors("looking for objects"):
            async with self._engine.begin() as connection:
                await connection.execute(touch.values(touched_at=self._clock()))
                return frozenset((await connection.execute(query)).scalars())

    async def forget(self, system: str, hashes: Collection[str]) -> None:
        """Take the access away and delete what is nobody's; see `hub.ports.ObjectAccess`."""
        named = object_access.c.hash.in_(list(hashes))
        orphaned = delete(stored_objects).where(
            stored_objects.c.hash.in_(list(hashes)),
            ~exists().where(object_access.c.hash == stored_objects.c.hash),
        )
        with sql_errors("forgetting objects"):
            async with self._engine.begin() as connection:
                mine = delete(object_access).where(named, object_access.c.system == system)
                await connection.execute(mine)
                gone = await connection.execute(orphaned.returning(stored_objects.c.path))
                paths = list(gone.scalars())
        for path in paths:
            await self._store.delete(path)

    async def _write(self, system: str, path: str, hashed: "_Hashed") -> None:
        if self._screening is None:
            await self._store.write(path, hashed.pieces())
            return
        try:
            await self._store.write(path, self._screening.through(hashed.pieces()))
        except Marked:
            refusal = await self._screening.refuse(system, hashed.name)
            raise refusal from None

    async def _stored(self, which: ColumnElement[bool], hash_: str) -> Stored | None:
        query = select(stored_objects.c.path, stored_objects.c.size).where(which)
        with sql_errors("looking for an object"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return None if row is None else Stored(hash=hash_, size=row.size, path=row.path)

    async def _register(self, system: str, stored: Stored, now: datetime) -> str:
        """Note the object and its owner; return the path that counts: an earlier one stays."""
        row = {"hash": stored.hash, "path": stored.path, "size": stored.size, "touched_at": now}
        access = {"hash": stored.hash, "system": system, "how": UPLOADED, "granted_at": now}
        same = stored_objects.c.hash == stored.hash
        with sql_errors("noting an object"):
            async with self._engine.begin() as connection:
                await _insert_if_new(connection, stored_objects, row)
                await connection.execute(update(stored_objects).where(same).values(touched_at=now))
                await _insert_if_new(connection, object_access, access)
                kept = await connection.execute(select(stored_objects.c.path).where(same))
                return str(kept.scalar_one())


class _Hashed:
    """Counts and hashes what flows through."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces, self._digest, self.size = pieces, hashlib.sha256(), 0

    @property
    def name(self) -> str:
        """Return the object's name, once all has passed."""
        return f"sha256:{self._digest.hexdigest()}"

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            self.size += len(piece)
            if self.size > MAX_OBJECT_BYTES:
                raise ObjectTooLarge
            self._digest.update(piece)
            yield piece


async def delete_unreferenced(engine: AsyncEngine, store: ObjectBytes, now: datetime) -> int:
    """Delete objects that no admitted message refers to after 24 hours; return how many.

    Also bytes that no row names: their upload died before it was noted. For the janitor.

    Raises:
        Unavailable: a store does not answer; what was deleted stays deleted.
    """
    before = now - UNREFERENCED_FOR
    stale = delete(stored_objects).where(stored_objects.c.touched_at < before, ~_referenced())
    lost = delete(object_access).where(
        ~exists().where(stored_objects.c.hash == object_access.c.hash),
        object_access.c.granted_at < before,
    )
    with sql_errors("deleting objects"):
        async with engine.begin() as connection:
            gone = await connection.execute(stale.returning(stored_objects.c.path))
            paths = list(gone.scalars())
            await connection.execute(lost)
    for path in paths:
        await store.delete(path)
    return len(paths) + await _delete_unnamed(engine, store, before)


async def _delete_unnamed(engine: AsyncEngine, store: ObjectBytes, before: datetime) -> int:
    old = [path async for path, written in store.list(_FOLDER) if written < before]
    deleted = 0
    for path in old:
        named = select(stored_objects.c.hash).where(stored_objects.c.path == path)
        with sql_errors("deleting objects"):
            async with engine.connect() as connection:
                known = (await connection.execute(named)).first() is not None
        if not known:
            await store.delete(path)
            deleted += 1
    return deleted


def _referenced() -> Any:
    return exists().where(
        object_access.c.hash == stored_objects.c.hash, object_access.c.how == DELIVERED
    )


def _accessible(system: str) -> Any:
    return exists().where(
        object_access.c.hash == stored_objects.c.hash, object_access.c.system == system
    )


async def _insert_if_new(connection: AsyncConnection, table: Table, row: dict[str, Any]) -> None:
    statement = insert_into(connection.dialect.name, table).values(row)
    await connection.execute(statement.on_conflict_do_nothing())
