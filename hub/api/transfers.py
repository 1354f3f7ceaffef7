"""What all uploads share: room for them, and an end for lines that stand still."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from hub.api.bodies import body_timeout
from hub.api.deps import Deps
from hub.api.problems import Code, busy
from hub.io.objects import MAX_WAITING_BYTES

IDLE_SECONDS: Final = 30
"""Longest pause within an upload; a line that is slower than that is down."""


async def check_room(deps: Deps, system: str) -> None:
    """Return if the system may upload now.

    Raises:
        Problem: 503 where the disk is nearly full, 429 where too much of this system's waits.
        Unavailable: SQL does not answer.
    """
    if not deps.disk.has_room():
        raise busy(503, Code.STORAGE_FULL)
    if await deps.objects.waiting_bytes(system) > MAX_WAITING_BYTES:
        raise busy(429, Code.TOO_MANY_REQUESTS, "too many objects that no message refers to")


async def steady(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces; raises a `Problem` where one does not come in time."""
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise body_timeout(IDLE_SECONDS) from None
        yield piece
