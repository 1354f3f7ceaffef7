"""What must exist before the processes start is made by a process of its own.

It needs the database's and Kafka's libraries, a supervisor does not: it runs for months beside
them, and is half as large without.
"""

import asyncio
import contextlib
import sys
from typing import Final

from hub.cli.errors import CommandFailed
from hub.cli.home import Home
from hub.cli.units import guarded

_LAST_CHARS: Final = 1_000


async def prepare(home: Home) -> None:
    """Make tables, topics and shipped schemas that are missing. Safe to repeat.

    Raises:
        CommandFailed: with what that process said.
    """
    command = guarded([sys.executable, "-P", "-m", "hub.cli.prepare", str(home.root)])
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, told = await process.communicate()
    finally:
        if process.returncode is None:
            # Killed in the middle, it is done again at the next start.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise CommandFailed(told.decode(errors="replace")[-_LAST_CHARS:].strip())
