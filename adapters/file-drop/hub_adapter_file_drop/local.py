"""A folder of this machine (also a mounted share). Its calls block, so they run in threads."""

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lgsp_adapter import Context, Fatal

from hub_adapter_file_drop.errors import from_os
from hub_adapter_file_drop.folder import PIECE, Entry, NameTaken, temporary

T = TypeVar("T")

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class LocalFolder:
    """Paths are names within `root`; names with a separator come from this package only."""

    exact_times = True

    def __init__(self, root: str, busy: float) -> None:
        self._root, self._busy = Path(root), busy
        self._threads: ThreadPoolExecutor | None = None

    async def open(self, ctx: Context) -> None:  # noqa: ARG002  (a folder needs no secret)
        self._threads = ThreadPoolExecutor(2, "file-drop")

    async def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads is not None:
            # A share that hangs may not keep the runtime from ending.
            threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, step: str, work: Callable[..., T], *args: Any) -> T:
        if self._threads is None:
            raise Fatal("not open")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work, *args)
        except OSError as error:
            told = from_os(error, step, self._busy)
        # No cause is chained: its text has the path.
        raise told

    async def entries(self) -> list[Entry]:
        return await self._call("list the folder", self._list)

    def _list(self) -> list[Entry]:
        found = []
        with os.scandir(self._root) as entries:
            for each in entries:
                with suppress(FileNotFoundError):
                    found.append(_entry(each.name, each.stat(follow_symlinks=False)))
        return found

    async def stat(self, path: str) -> Entry | None:
        return await self._call("look at a file", self._stat, path)

    def _stat(self, path: str) -> Entry | None:
        with suppress(FileNotFoundError):
            return _entry(Path(path).name, os.lstat(self._root / path))
        return None

    async def read(self, path: str) -> AsyncIterator[bytes]:
        file = await self._call("open a file", self._opened, path)
        if file is None:
            return
        try:
            while piece := await self._call("read a file", file.read, PIECE):
                yield piece
        finally:
            file.close()

    def _opened(self, path: str) -> BinaryIO | None:
        try:
            # A link put in its place between look and open leads nowhere; a pipe does not block.
            descriptor = os.open(self._root / path, _READ)
        except FileNotFoundError:
            return None
        file = os.fdopen(descriptor, "rb", buffering=0)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return file
        file.close()
        return None

    async def make(self, sub: str) -> None:
        # The folder itself is not made: a share that is not mounted would be written beside.
        await self._call("make a sub-folder", self._make, sub)

    def _make(self, sub: str) -> None:
        with suppress(FileExistsError):
            (self._root / sub).mkdir()

    async def move(self, path: str, target: str) -> bool:
        return await self._call("move a file", self._move, path, target)

    def _move(self, path: str, target: str) -> bool:
        if self._stat(path) is None:
            return False
        Path(self._root / path).rename(self._root / target)
        self._sync(Path(target).parent)
        self._sync(Path(path).parent)
        return True

    async def give_back(self, path: str, target: str) -> None:
        await self._call("give a file back", self._named, path, target)

    def _named(self, path: str, target: str) -> None:
        """Rename without replacing: a link fails where the name is taken, a rename does not."""
        try:
            os.link(self._root / path, self._root / target, follow_symlinks=False)
        except FileExistsError:
            raise NameTaken from None
        except OSError as error:
            # FAT and some network shares have no links: look, then rename.
            if error.errno not in _NO_LINKS:
                raise
            if self._stat(target) is not None:
                raise NameTaken from None
            Path(self._root / path).rename(self._root / target)
        else:
            Path(self._root / path).unlink()
        self._sync(Path(target).parent)

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        part = temporary(name)
        file = await self._call("make a file", self._begun, part)
        try:
            async for piece in pieces:
                await self._call("write a file", file.write, piece)
            await self._call("sync a file", _synced, file)
        finally:
            # It was synced, or it failed: what a close says now adds nothing.
            with suppress(OSError):
                file.close()
        await self._call("name a file", self._named, part, name)

    def _begun(self, part: str) -> BinaryIO:
        # What an earlier attempt left may be a second name of a file that the receiver has: it is
        # removed, never written to.
        with suppress(FileNotFoundError):
            (self._root / part).unlink()
        return os.fdopen(os.open(self._root / part, _WRITE, 0o640), "wb")

    def _sync(self, sub: Path) -> None:
        """Make a rename durable. Invariant 1: "done" is said only of what survives a crash."""
        descriptor = os.open(self._root / sub, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _entry(name: str, found: os.stat_result) -> Entry:
    return Entry(
        name=name,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
        regular=stat.S_ISREG(found.st_mode),
        inode=found.st_ino,
    )


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
