"""A router's process for one measurement: started, ready, and ended with the measurement."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.kafka import Ground
from hub.cli.environment import of_a_process

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 30
_LAST_CHARS: Final = 2000


def router_command(ground: Ground, count: int, slot: int = 0, slots: int = 1) -> list[str]:
    """Return the command line of a router of the hub; with a count of 0 it runs until SIGTERM."""
    command = [sys.executable, "-P", "-m", "bench.router_process", ground.bootstrap]
    share = [f"--slot={slot}", f"--slots={slots}"]
    return [*command, str(count), str(ground.folder), *share]


@asynccontextmanager
async def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Give a process that has said `started`, with its errors in `log`; end it after the block.

    Raises:
        RuntimeError: it ended instead; the text is the end of `log`.
    """
    environment = environment or of_a_process()
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    try:
        async with asyncio.timeout(READY_SECONDS):
            if not await _said_started(process):
                raise RuntimeError(f"it has ended: {_end_of(log)}")
        yield process
    finally:
        await _end(process)


async def _said_started(process: asyncio.subprocess.Process) -> bool:
    while line := await process.stdout.readline() if process.stdout else b"":
        if line.strip() == b"started":
            return True
    return False


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-_LAST_CHARS:]


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            # Reads what it still says: a full pipe would keep it from ending.
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
