"""The dead-man switch of the whole hub: somebody outside is called while all is well.

A hub that is dead cannot say so, and neither can its alerts. Whoever is called tells when the call
stays away: also when the machine is off, or its network is cut.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

import httpx2
import structlog

BEAT_SECONDS: Final = 60.0
"""Between two calls. Who is called should wait for at least three."""
LOOK_SECONDS: Final = 1.0
"""Between two looks at what is not well yet."""
TIMEOUT_SECONDS: Final = 20.0
WHOLE: Final = "hub"
"""The name under which `hub up` calls, for all that it runs."""
PLACE: Final = "{process}"
"""Where the name stands in the address."""

_log: Final = structlog.get_logger("heartbeat")


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
    about = {"hub": hub, "process": process}
    async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        beats = keep_beating(client, url.replace(PLACE, process), about, is_well)
        task = asyncio.create_task(beats)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def keep_beating(
    client: httpx2.AsyncClient,
    url: str,
    about: dict[str, str],
    is_well: Callable[[], bool],
    *,
    every_seconds: float = BEAT_SECONDS,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Call until cancelled: at once when all is well, then every `every_seconds` while it is."""
    while True:
        well = is_well()
        if well:
            await _call(client, url, about)
        await asyncio.sleep(every_seconds if well else look_seconds)


async def _call(client: httpx2.AsyncClient, url: str, about: dict[str, str]) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        answer = await client.post(url, json={**about, "at": at})
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        _log.warning("heartbeat_failed", cause=type(error).__name__)
        return
    if not answer.is_success:
        # Not repeated sooner: whoever is called will notice by himself.
        _log.warning("heartbeat_failed", cause=f"it answers HTTP {answer.status_code}")
