"""Takes the text of first pages in confined processes: a hostile file costs one of them."""

import asyncio
from dataclasses import dataclass

from hub.io.confinement import kill, start_confined
from hub.io.page_answers import LENGTH, MAX_TEXT_BYTES
from hub.ports import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """What reading may cost."""

    workers: int = 1
    """Processes, so files at once."""
    cpu_seconds: int = 5
    """Of the processor, for one file. An ordinary one takes 0.02 s."""
    seconds: float = 30.0
    """On the clock: on a busy machine a file waits for its share of the processor."""
    memory_bytes: int = 512 * 1024 * 1024
    """Of one process, beyond what it needs itself."""
    files: int = 500
    """After so many a process is replaced, so that nothing grows for ever."""


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self.files = process, 0

    async def ask(self, path: str) -> str:
        """Return the text of a file's first page.

        Raises:
            OSError, asyncio.IncompleteReadError: the process has ended.
        """
        process = self._process
        assert process.stdin is not None  # noqa: S101  (made with pipes)
        assert process.stdout is not None  # noqa: S101
        self.files += 1
        process.stdin.write(f"{path}\n".encode())
        await process.stdin.drain()
        size = int.from_bytes(await process.stdout.readexactly(LENGTH))
        return (await process.stdout.readexactly(min(size, MAX_TEXT_BYTES))).decode()

    async def end(self) -> None:
        await kill(self._process)


class PagePool:
    """Processes that read first pages. Started when first needed; close it at the end."""

    def __init__(self, limits: PageLimits) -> None:
        self._limits = limits
        self._places: asyncio.Queue[_Worker | None] = asyncio.Queue()
        for _ in range(limits.workers):
            self._places.put_nowait(None)

    async def text(self, path: str) -> str | None:
        """Return the text of the first page of a PDF; None: it cannot be read within the limits.

        Waits while all processes are busy.

        Raises:
            Unavailable: no process can be started.
        """
        worker = await self._places.get()
        try:
            worker = worker or await self._start()
            async with asyncio.timeout(self._limits.seconds):
                text = await worker.ask(path)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            await _ended(worker)
            worker = None
            return None
        except BaseException:
            # Cancelled in the middle: what this process says next would be about this file.
            await _ended(worker)
            worker = None
            raise
        else:
            if worker.files >= self._limits.files:
                await _ended(worker)
                worker = None
            return text
        finally:
            self._places.put_nowait(worker)

    async def close(self) -> None:
        """End all processes, once no file is under way any more."""
        for _ in range(self._limits.workers):
            await _ended(await self._places.get())

    async def _start(self) -> _Worker:
        limits = self._limits
        try:
            process = await start_confined(
                "hub.io.page_worker", limits.cpu_seconds, limits.memory_bytes
            )
        except OSError as error:
            raise Unavailable("no process to look for secrecy markings can be started") from error
        return _Worker(process)


async def _ended(worker: _Worker | None) -> None:
    if worker is not None:
        await worker.end()
