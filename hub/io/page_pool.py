"""Takes the text of first pages in processes with limits: a hostile file costs one of them.

No parser of PDF promises how long it takes or how much memory it needs. So it runs in a process
whose CPU time and address space the system bounds, and that is ended at its deadline.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from hub.io.page_worker import LENGTH, MAX_TEXT_BYTES
from hub.ports import Unavailable

_ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8"}
"""A worker gets nothing of ours: no secret stands in its environment."""


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
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


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
        limits = (str(self._limits.cpu_seconds), str(self._limits.memory_bytes))
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # Nothing is imported from wherever the hub was started.
                "-m",
                "hub.io.page_worker",
                *limits,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # Invariant 9: what a process says when it falls may quote the document.
                stderr=asyncio.subprocess.DEVNULL,
                env=_ENVIRONMENT,
                # The terminal's interrupt is for the hub, which ends its workers itself.
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable("no process to look for secrecy markings can be started") from error
        return _Worker(process)


async def _ended(worker: _Worker | None) -> None:
    if worker is not None:
        await worker.end()
