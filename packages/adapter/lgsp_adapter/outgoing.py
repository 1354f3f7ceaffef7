"""One HTTP exchange: bounded, and every way in which it can fail is an error of the contract.

For adapters over httpx2; importing this module needs it. A test gives a client with a transport of
its own, production one that `lgsp_adapter.net` guards.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx2

from lgsp_adapter.context import Context
from lgsp_adapter.errors import Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.http import http_error
from lgsp_adapter.net import DirectClient, http_fault, open_client
from lgsp_adapter.trace import carrying
from lgsp_adapter.values import Delivery, Result

LARGEST_REPLY: Final = 1_048_576
"""Bytes, after decompression: a small compressed answer may not fill the memory."""

_OURS: Final = (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the other side answered, read whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def error(
        self, now: datetime, peer_code: str | None = None
    ) -> Retryable | Backpressure | Reject | Fatal | None:
        """Return what the status means, or None for success."""
        retry_after = self.headers.get("retry-after")
        return http_error(self.status, retry_after, now=now, peer_code=peer_code)

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body.

        Raises:
            Retryable: it is none. The call was made, so nothing is known of its outcome.
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Retryable("the answer is no JSON object", peer_code=str(self.status))
        return value


async def exchange(
    client: httpx2.AsyncClient, request: httpx2.Request, largest: int = LARGEST_REPLY
) -> Reply:
    """Send a request, read the answer.

    Raises:
        Retryable: no answer, or one above `largest` bytes; `untouched` where nothing was sent.
        Fatal: the address is wrong.
    """
    try:
        response = await _sent(client, request)
        try:
            body = await _read(response, largest)
        finally:
            await response.aclose()
    except _OURS as error:
        raise Fatal(f"the address cannot be called: {type(error).__name__}") from error
    except httpx2.HTTPError as error:
        raise http_fault(error) from error
    return Reply(status=response.status_code, headers=response.headers, body=body)


async def _sent(client: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    if isinstance(client, DirectClient):
        return await client.exchange(request)
    return await client.send(request, stream=True)


async def _read(response: httpx2.Response, largest: int) -> bytes:
    pieces, size = [], 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > largest:
            raise Retryable("the answer is too large", peer_code=str(response.status_code))
        pieces.append(piece)
    return b"".join(pieces)


Connect = Callable[[Context, float], httpx2.AsyncClient]
"""Makes the client of an adapter: what it may reach, and its time-out in seconds."""


def open_guarded(ctx: Context, seconds: float) -> httpx2.AsyncClient:
    """Return a client that reaches only the networks approved for this connector."""
    return open_client(ctx.networks, timeout=seconds)


class Template:
    """A call that is made again and again: its address and the client's headers are read once."""

    def __init__(self, client: httpx2.AsyncClient, method: str, url: str) -> None:
        made = client.build_request(method, url)
        self._method, self._url, self._extensions = made.method, made.url, made.extensions
        own = ("content-length", "transfer-encoding")
        self._headers = {name: text for name, text in made.headers.items() if name not in own}

    def request(self, headers: Mapping[str, str], body: bytes) -> httpx2.Request:
        """Return the call with a body; of two headers of one name the one given here counts."""
        whole = self._headers | {name.lower(): text for name, text in headers.items()}
        whole["content-length"] = str(len(body))
        # As a stream, so that the library reads the headers once and not three times.
        stream = httpx2.ByteStream(body)
        return httpx2.Request(
            self._method, self._url, headers=whole, stream=stream, extensions=self._extensions
        )


async def all_at_once(
    batch: Sequence[Delivery], one: Callable[[Delivery], Awaitable[Result | Fatal]]
) -> list[Result]:
    """Hand over each delivery by `one`, side by side: no two of a batch have the same order key.

    An error of the contract that `one` raises or returns is that delivery's result.

    Raises:
        Fatal: one of them met it. All have ended by then; the others come again.
    """
    results = await asyncio.gather(*(_ended(one, delivery) for delivery in batch))
    fatal = next((result for result in results if isinstance(result, Fatal)), None)
    if fatal is not None:
        raise fatal
    return [result for result in results if not isinstance(result, Fatal)]


async def _ended(
    one: Callable[[Delivery], Awaitable[Result | Fatal]], delivery: Delivery
) -> Result | Fatal:
    try:
        with carrying([delivery]):
            return await one(delivery)
    except (Retryable, Backpressure, Reject, Fatal) as error:
        return error
