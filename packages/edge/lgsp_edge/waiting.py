"""Wait for something, but not for ever."""

import asyncio
from contextlib import suppress


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Return once `event` is set, or after so many seconds; None: however long it takes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
