"""Wait for a moment of the day, unless the day is ended before."""

import asyncio
from contextlib import suppress


async def stopped_before(stop: asyncio.Event, due: float) -> bool:
    """Return at `due`, by the loop's clock, or once `stop` is set; say whether it is."""
    wait = due - asyncio.get_running_loop().time()
    if wait > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await stop.wait()
    return stop.is_set()
