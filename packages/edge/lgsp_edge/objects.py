"""Objects on their way: sealed files beside the spool, up and down, going on where they broke."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from lgsp_adapter import Backpressure, Reject
from lgsp_client import ObjectRef
from lgsp_client.objects import HASH_PREFIX
from lgsp_client.transfers import Ticket

from lgsp_edge.line import Away, Line
from lgsp_edge.sealed_files import SealedReader, SealedWriter
from lgsp_edge.sealing import sync_folder
from lgsp_edge.spool import Spool, Tx

PART_BYTES: Final = 512 * 1024
"""A broken line costs one part: four seconds of 1 Mbit/s."""

TRANSFERS: Final = 2
"""Files under way at once: more would only share the same line."""

UNUSED_SECONDS: Final = 86_400.0
"""How long an object waits for a message that refers to it: as long as at the hub."""

_UNKNOWN: Final = "application/octet-stream"


class _Content:
    """A sealed file as the client uploads it."""

    def __init__(self, reader: SealedReader, ref: ObjectRef) -> None:
        self._reader, self.ref = reader, ref

    def chunks(self, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        return self._reader.chunks(start, self.ref.size - start if size is None else size)


class _SpoolTicket(Ticket):
    """Keeps where an upload stands in the spool: it goes on after a crash."""

    def __init__(self, spool: Spool, hash_: str, url: str | None, part_bytes: int) -> None:
        super().__init__(url, part_bytes=part_bytes)
        self._spool, self._hash = spool, hash_

    def keep(self, url: str | None) -> None:
        super().keep(url)
        change = "UPDATE objects SET url = ? WHERE hash = ?"
        self._spool.do(lambda tx: tx.db.execute(change, (url, self._hash)))


class Objects:
    """The objects of one spool."""

    def __init__(self, spool: Spool, *, part_bytes: int = PART_BYTES) -> None:
        self._spool, self._part_bytes = spool, part_bytes
        self._root = spool.folder / "objects"
        self._root.mkdir(mode=0o700, exist_ok=True)
        self._one_at_a_time: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._transfers = asyncio.Semaphore(TRANSFERS)

    async def store(self, pieces: AsyncIterator[bytes], media_type: str) -> str:  # noqa: ARG002  (the message tells it)
        """Keep an object; return its hash once it is on the disk. What `Context.store` is.

        Raises:
            Backpressure: it does not fit.
        """
        path = self._root / f".new-{secrets.token_hex(8)}"
        try:
            with closing(SealedWriter(path, self._spool.keys)) as writer:
                room = await self._spool.run(_room)
                async for piece in pieces:
                    if writer.size + len(piece) > room:
                        raise Backpressure("the spool has no room for this object")
                    await asyncio.to_thread(writer.write, piece)
                size, hash_ = writer.size, HASH_PREFIX + await asyncio.to_thread(writer.finish)
            async with self._lock(hash_):
                await self._settle(path, hash_, size)
        finally:
            path.unlink(missing_ok=True)
        return hash_

    async def fetch(self, hash_: str) -> AsyncIterator[bytes]:
        """Yield an object's bytes. What `Context.fetch` is.

        Raises:
            Reject: `unknown_object`.
        """
        path = self._path(hash_)
        if not path.exists():
            raise Reject("unknown_object", hash_)
        pieces = SealedReader(path, self._spool.keys).frames()
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece

    async def bring(self, hashes: Sequence[str], line: Line) -> None:
        """Bring objects to the hub; return once it has them.

        One that is not here was delivered to us, or is at the hub already: the hub decides.

        Raises:
            Away: the line broke; what went up stays up.
        """
        for hash_ in hashes:
            async with self._lock(hash_):
                row = await self._spool.run(lambda tx, name=hash_: _row(tx, name))  # type: ignore[misc]
                if row is not None and self._path(hash_).exists():
                    async with self._transfers:
                        await self._upload(hash_, *row, line)

    async def _upload(self, hash_: str, size: int, url: str | None, line: Line) -> None:
        ref = ObjectRef(hash=hash_, size=size, media_type=_UNKNOWN, name="object")
        reader = SealedReader(self._path(hash_), self._spool.keys)
        ticket = _SpoolTicket(self._spool, hash_, url, self._part_bytes)
        await line.upload(_Content(reader, ref), ticket)

    async def gather(self, hashes: Sequence[str], line: Line) -> None:
        """Fetch objects that are not here yet; return once they are on the disk.

        Raises:
            Away: the line broke, or the bytes are not those of the hash; what came stays.
            HubRefused: we may not have it.
        """
        for hash_ in hashes:
            async with self._lock(hash_):
                if not self._path(hash_).exists():
                    async with self._transfers:
                        await self._download(hash_, line)

    async def _download(self, hash_: str, line: Line) -> None:
        part = self._path(hash_).with_suffix(".part")
        with closing(await asyncio.to_thread(SealedWriter, part, self._spool.keys)) as writer:
            await line.download(hash_, writer)
            size, found = writer.size, HASH_PREFIX + await asyncio.to_thread(writer.finish)
        if found != hash_:
            part.unlink()
            raise Away("the bytes that came are not those of the hash")
        await self._settle(part, hash_, size)

    async def _settle(self, path: Path, hash_: str, size: int) -> None:
        """Give a whole file its name, durably, then note it: never the other way round."""
        await asyncio.to_thread(_rename, path, self._path(hash_))
        insert = (
            "INSERT INTO objects VALUES (?, ?, ?, NULL) ON CONFLICT (hash) DO UPDATE SET at = ?"
        )
        await self._spool.run(lambda tx: tx.db.execute(insert, (hash_, size, tx.now, tx.now)))

    async def tidy(self) -> None:
        """Delete what no message needs any more, and what a crash left behind."""
        for hash_ in await self._spool.run(_unused):
            async with self._lock(hash_):
                # Looked at again: it may have been stored anew while we waited.
                if await self._spool.run(lambda tx, name=hash_: _forget(tx, name)):  # type: ignore[misc]
                    await asyncio.to_thread(self._path(hash_).unlink, missing_ok=True)
        for path in await asyncio.to_thread(self._strays, self._spool.clock() - UNUSED_SECONDS):
            name = HASH_PREFIX + path.name
            if await self._spool.run(lambda tx, name=name: _row(tx, name)) is None:  # type: ignore[misc]
                await asyncio.to_thread(path.unlink, missing_ok=True)

    def _strays(self, before: float) -> list[Path]:
        return [path for path in self._root.iterdir() if path.stat().st_mtime < before]

    def _lock(self, hash_: str) -> asyncio.Lock:
        return self._one_at_a_time.setdefault(hash_, asyncio.Lock())

    def _path(self, hash_: str) -> Path:
        return self._root / hash_.removeprefix(HASH_PREFIX)


def _rename(path: Path, name: Path) -> None:
    path.replace(name)
    sync_folder(name.parent)


def _room(tx: Tx) -> int:
    (used,) = tx.db.execute("SELECT coalesce(sum(size), 0) FROM objects").fetchone()
    return tx.bounds.objects - int(used)


def _row(tx: Tx, hash_: str) -> tuple[int, str | None] | None:
    row = tx.db.execute("SELECT size, url FROM objects WHERE hash = ?", (hash_,)).fetchone()
    return None if row is None else (int(row[0]), row[1])


def release(tx: Tx, used_by: str) -> None:
    """Note that a message needs its objects no more; the last one lets them go."""
    tx.db.execute(
        "UPDATE objects SET at = 0 WHERE hash IN (SELECT hash FROM object_uses WHERE used_by = ?)",
        (used_by,),
    )
    tx.db.execute("DELETE FROM object_uses WHERE used_by = ?", (used_by,))


def use(tx: Tx, used_by: str, hashes: Sequence[str]) -> None:
    """Note that a message needs objects."""
    rows = [(hash_, used_by) for hash_ in hashes]
    tx.db.executemany("INSERT OR IGNORE INTO object_uses VALUES (?, ?)", rows)


_NOT_NEEDED: Final = "at < ? AND hash NOT IN (SELECT hash FROM object_uses)"


def _unused(tx: Tx) -> list[str]:
    """Return the hashes of objects that are needed no more."""
    query = f"SELECT hash FROM objects WHERE {_NOT_NEEDED}"  # noqa: S608  (a constant)
    return [hash_ for (hash_,) in tx.db.execute(query, (tx.now - UNUSED_SECONDS,))]


def _forget(tx: Tx, hash_: str) -> bool:
    """Forget an object unless it is needed; say whether it was forgotten."""
    change = f"DELETE FROM objects WHERE hash = ? AND {_NOT_NEEDED}"  # noqa: S608  (a constant)
    return tx.db.execute(change, (hash_, tx.now - UNUSED_SECONDS)).rowcount == 1
