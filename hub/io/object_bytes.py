"""The bytes of objects: a directory, or an S3-compatible store. What they mean is in SQL."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from hub.io.whole_files import write_file
from hub.ports import Unavailable

READ_BYTES: Final = 1024 * 1024
"""Size of the pieces in which an object is read."""
WRITE_BYTES: Final = 5 * 1024 * 1024
"""Size of the pieces in which an object is written: the least that S3 takes."""
_FILES_AT_ONCE: Final = 8
"""Small files that are on their way together: a disk makes many durable as fast as one."""
_PIECES_AT_ONCE: Final = 2
"""Two pieces under way bound an upload to some 10 MiB of memory."""


class ObjectBytes:
    """Write once, read in pieces, delete. Paths are made by the hub, never by a client."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._root: Path | None = None
        self._store: Any
        if parts.scheme == "file":
            self._root = Path(unquote(parts.path))
            self._store = LocalStore(self._root, automatic_cleanup=True, mkdir=True)
        else:
            self._store = from_url(url)

    async def write(self, path: str, pieces: AsyncIterator[bytes]) -> None:
        """Write `pieces` under a new path, all or nothing; return once durable.

        What `pieces` raises goes through, and nothing is left behind.

        Raises:
            Unavailable: the store does not answer.
        """
        source = _Source(pieces)
        try:
            with _store_errors("to a write"):
                await self._store.put_async(
                    path,
                    source,
                    use_multipart=True,
                    chunk_size=WRITE_BYTES,
                    max_concurrency=_PIECES_AT_ONCE,
                )
            # Invariant 1: a directory's file is not durable before it is synced.
            if self._root is not None:
                await asyncio.to_thread(_sync, self._root / path)
        except BaseException as error:
            await self.delete(path, quietly=True)
            # obstore wraps what its source raises; the caller wants the source's own.
            if source.error is not None:
                raise source.error from error
            raise

    async def write_all(self, files: Mapping[str, bytes]) -> None:
        """Write small files, by path, each whole or not at all; return once all are durable.

        One that stands there already is replaced at once: a reader sees the old or the new one.

        Raises:
            Unavailable: the store does not answer; some may be written.
        """
        with _store_errors("to a write"):
            turns = asyncio.Semaphore(_FILES_AT_ONCE)
            await asyncio.gather(*(self._put(path, files[path], turns) for path in files))

    async def fetch(self, path: str, *, most: int | None = None) -> bytes | None:
        """Return a small file, or its first `most` bytes; None where there is none.

        Raises:
            Unavailable: the store does not answer.
        """
        options: dict[str, Any] = {} if most is None else {"range": (0, most)}
        try:
            with _store_errors("to a read"):
                found = await self._store.get_async(path, options=options)
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None

    async def read(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes [start, end) in pieces.

        Raises:
            Unavailable: the store does not answer, or the bytes are not there.
        """
        if start == end:
            return
        with _store_errors("to a read"):
            found = await self._store.get_async(path, options={"range": (start, end)})
            async for piece in found.stream(min_chunk_size=READ_BYTES):
                yield bytes(piece)

    async def delete(self, path: str, *, quietly: bool = False) -> None:
        """Delete; what is not there is deleted already.

        Raises:
            Unavailable: the store does not answer, unless `quietly`.
        """
        try:
            with _store_errors("to a deletion"):
                await self._store.delete_async(path)
        except FileNotFoundError:
            return
        except Unavailable:
            if not quietly:
                raise

    async def list(self, prefix: str) -> AsyncIterator[tuple[str, datetime]]:
        """Yield each path below `prefix` and when it was written.

        Raises:
            Unavailable: the store does not answer.
        """
        with _store_errors("to a listing"):
            async for chunk in self._store.list(prefix):
                for entry in chunk:
                    yield entry["path"], entry["last_modified"]

    async def _put(self, path: str, data: bytes, turns: asyncio.Semaphore) -> None:
        async with turns:
            if self._root is not None:
                await asyncio.to_thread(write_file, self._root, path, data)
            else:
                await self._store.put_async(path, data, use_multipart=False)


class _Source:
    """Gives pieces to obstore and keeps the exception that ended them."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self.error: BaseException | None = None

    def __aiter__(self) -> "_Source":
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            raise
        except BaseException as error:
            self.error = error
            raise


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _store_errors(doing: str) -> Iterator[None]:
    """Let no obstore error leave `hub.io`."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        name = type(error).__name__
        raise Unavailable(f"the object store did not answer {doing}: {name}") from error
