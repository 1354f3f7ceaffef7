"""A client for each system, over few connections: they share one process, never a key or token."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import httpx2
from lgsp_client import Backoff, HubClient, Identity

CALLS: Final = 48
"""Most connections for everything but long polls: more would wait in the hub in place of here."""
_BACKOFF: Final = Backoff(attempts=24, longest=5.0)
"""Some 100 s of an absent hub: longer than a killed broker takes to recover on a busy machine."""


class _Transport(httpx2.AsyncBaseTransport):
    """One connection of its own for a system's long polls; the others come from a shared pool.

    A pool looks at each of its connections for each request: 64 that only wait would cost more
    than the requests.
    """

    def __init__(self, calls: httpx2.AsyncHTTPTransport, tls: ssl.SSLContext) -> None:
        self._calls = calls
        self._polls = httpx2.AsyncHTTPTransport(verify=tls)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request on its pool."""
        pool = self._polls if request.url.path == "/v1/inbox" else self._calls
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is its own."""
        await self._polls.aclose()


@asynccontextmanager
async def open_clients(
    url: str, who: Mapping[str, Identity]
) -> AsyncIterator[Mapping[str, HubClient]]:
    """Give a client for each system.

    Raises:
        ValueError: the address is neither https nor on this machine.
    """
    tls = ssl.create_default_context()
    limits = httpx2.Limits(max_connections=CALLS)
    async with AsyncExitStack() as stack:
        calls = httpx2.AsyncHTTPTransport(verify=tls, limits=limits)
        stack.push_async_callback(calls.aclose)
        yield {
            name: await stack.enter_async_context(
                HubClient(url, one, transport=_Transport(calls, tls), backoff=_BACKOFF)
            )
            for name, one in who.items()
        }
