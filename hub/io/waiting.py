"""Wait for something, but not for ever.

Never with `asyncio.wait_for`: up to Python 3.11 it swallows a cancel that comes in the same turn of
the loop as the event, and a task that was told to end goes on. The linter refuses it.
"""

import asyncio
from contextlib import suppress


async def wait_for(event: asyncio.Event, seconds: float | None) -> bool:
    """Return once `event` is set, or after so many seconds; say whether it is set.

    `seconds` may be None: however long it takes.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
