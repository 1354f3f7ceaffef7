"""The dead-man switch of the whole hub: somebody outside is called while all is well.

A hub that is dead cannot say so, and neither can its alerts. Whoever is called tells when the call
stays away: also when the machine is off, or its network is cut.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

WHOLE: Final = "hub"
"""The name under which `hub up` calls, for all that it runs."""
PLACE: Final = "{process}"
"""Where the name stands in the address."""


@contextlib.asynccontextmanager
async def calling_outside(
    url: str | None, hub: str, process: str, is_well: Callable[[], bool]
) -> AsyncIterator[None]:
    """Call `url` while the block runs, as often as `is_well` says so.

    An address without a place for the name is called by `hub up` alone: with one address for all,
    the living would hide that one of them is dead.
    """
    if url is None or (process != WHOLE and PLACE not in url):
        yield
        return
    from hub.cli import beats  # noqa: PLC0415  (without an address nobody pays for a client)

    about = {"hub": hub, "process": process}
    async with beats.caller() as client:
        calls = beats.keep_beating(client, url.replace(PLACE, process), about, is_well)
        task = asyncio.create_task(calls)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
