"""A client for each system, over few connections: they share one process, never a key or token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import httpx2
from lgsp_client import Backoff, HubClient, Identity

CALLS: Final = 48
"""Most connections for everything but long polls: more would wait in the hub in place of here."""
_IDLE_SECONDS: Final = 3.0
"""Idle connections are dropped before the server does it (uvicorn: 5 s), which would cost a try."""
_BACKOFF: Final = Backoff(attempts=24, longest=5.0)
"""Some 100 s of an absent hub: longer than a killed broker takes to recover on a busy machine."""


class _Shared(httpx2.AsyncBaseTransport):
    """One pool for the long polls, which each hold a connection, and one for all other calls."""

    def __init__(self) -> None:
        polls = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        calls = httpx2.Limits(max_connections=CALLS, keepalive_expiry=_IDLE_SECONDS)
        self._polls = httpx2.AsyncHTTPTransport(limits=polls)
        self._calls = httpx2.AsyncHTTPTransport(limits=calls)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request on its pool."""
        pool = self._polls if request.url.path == "/v1/inbox" else self._calls
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        """Do nothing: one of many clients is closed; `close` ends the pools."""

    async def close(self) -> None:
        """Close all connections."""
        await self._polls.aclose()
        await self._calls.aclose()


@asynccontextmanager
async def open_clients(
    url: str, who: Mapping[str, Identity]
) -> AsyncIterator[Mapping[str, HubClient]]:
    """Give a client for each system.

    Raises:
        ValueError: the address is neither https nor on this machine.
    """
    shared = _Shared()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(shared.close)
        yield {
            name: await stack.enter_async_context(
                HubClient(url, one, transport=shared, backoff=_BACKOFF)
            )
            for name, one in who.items()
        }
