"""The calls of the dead-man switch (`hub.cli.heartbeat`)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import httpx2
import structlog

BEAT_SECONDS: Final = 60.0
"""Between two calls. Who is called should wait for at least three."""
LOOK_SECONDS: Final = 1.0
"""Between two looks at what is not well yet."""
TIMEOUT_SECONDS: Final = 20.0

_log: Final = structlog.get_logger("heartbeat")


def caller() -> httpx2.AsyncClient:
    """Return a client for the calls."""
    return httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)


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
