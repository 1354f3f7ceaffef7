"""Starts and ends processes that parse what strangers made: a hostile file costs one of them.

No parser of PDF, XML or ASN.1 promises how long it takes or how much memory it needs. So it runs
in a process that bounds itself (`hub.io.confined`) and that is killed at its deadline.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

_ENVIRONMENT: Final[Mapping[str, str]] = {"LC_ALL": "C.UTF-8"}
"""A worker gets nothing of ours: no secret stands in its environment."""


async def start_confined(module: str, seconds: int, memory_bytes: int) -> Process:
    """Start `module` with its limits as arguments; it is spoken to through its pipes.

    Raises:
        OSError: no process can be started.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # Nothing is imported from wherever the hub was started.
        "-m",
        module,
        str(seconds),
        str(memory_bytes),
        stdin=PIPE,
        stdout=PIPE,
        # Invariant 9: what a process says when it falls may quote the document.
        stderr=DEVNULL,
        env=_ENVIRONMENT,
        # The terminal's interrupt is for the hub, which ends its workers itself.
        start_new_session=True,
    )


async def kill(process: Process) -> int:
    """Kill a process and wait for it; return how it ended."""
    with suppress(ProcessLookupError):
        process.kill()
    return await process.wait()
