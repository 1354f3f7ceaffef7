"""A bound on the bytes per second of everything that goes to the hub and comes from it.

The agency's line carries telephones and other programs too: catching up after a week must leave
them room. Counted are heads and bodies of HTTP; TLS and TCP add some 5 per cent.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, cast

import httpx2
from lgsp_adapter.policy.rate import Rate

PIECE_BYTES: Final = 16_384
"""Large bodies pass in pieces, so that a message does not wait for a whole file."""

WINDOW_SECONDS: Final = 10.0
"""Over how long the measured rate is an average."""


class Meter:
    """Lets bytes pass at a rate, in order of asking, and counts them."""

    def __init__(
        self, per_second: float | None, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        # A burst of one piece: what was not used is not saved up for later.
        self._rate = (
            Rate() if per_second is None else Rate(per_second=per_second, burst=PIECE_BYTES)
        )
        self._ticks = ticks
        self._turn = asyncio.Lock()
        self._recent: deque[tuple[float, int]] = deque()
        self.total = 0
        """Bytes since the start."""

    async def take(self, count: int) -> None:
        """Return once `count` bytes may pass."""
        async with self._turn:
            # Nobody else takes meanwhile: whoever asks waits for the turn.
            await asyncio.sleep(self._rate.wait(self._ticks()))
            now = self._ticks()
            self._rate = self._rate.taken(now, count)
            self.total += count
            self._recent.append((now, count))

    def per_second(self) -> float:
        """Return the average of the last seconds, in bytes per second."""
        since = self._ticks() - WINDOW_SECONDS
        while self._recent and self._recent[0][0] < since:
            self._recent.popleft()
        return sum(count for _, count in self._recent) / WINDOW_SECONDS


class MeteredTransport(httpx2.AsyncBaseTransport):
    """Sends and receives through a `Meter`."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, meter: Meter) -> None:
        self._inner, self._meter = inner, meter

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await self._meter.take(len(request.url.raw_path) + _head(request.headers))
        body = cast("AsyncIterator[bytes]", request.stream)
        request.stream = _Metered(body, self._meter)
        response = await self._inner.handle_async_request(request)
        await self._meter.take(_head(response.headers))
        answer = cast("AsyncIterator[bytes]", response.stream)
        response.stream = _Metered(answer, self._meter)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Metered(httpx2.AsyncByteStream):
    def __init__(self, inner: AsyncIterator[bytes], meter: Meter) -> None:
        self._inner, self._meter = inner, meter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            for start in range(0, len(piece), PIECE_BYTES):
                part = piece[start : start + PIECE_BYTES]
                # What has arrived is paid for afterwards: TCP then holds back the rest.
                await self._meter.take(len(part))
                yield part

    async def aclose(self) -> None:
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()


def _head(headers: httpx2.Headers) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 20
