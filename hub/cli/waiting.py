"""Wait for several things at once."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any


async def unless(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Do the work unless told to stop; say whether it was done and nobody said stop.

    What the work raises is raised. When told to stop first, the work is cancelled.
    """
    task = asyncio.ensure_future(work)
    try:
        await first(stop.wait(), asyncio.wait([task]))
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    if task.cancelled():
        return False
    task.result()
    return not stop.is_set()


async def first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when one of them is done; the others are cancelled."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
