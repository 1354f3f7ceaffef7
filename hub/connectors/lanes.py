"""The instances of one sink: one call is under way at each, so so many calls at once."""

from collections.abc import Callable
from typing import Any, Final

from lgsp_adapter import Context, Sink
from lgsp_adapter.calls import call, end

CLOSE_SECONDS: Final = 3.0
"""Longest closing of an adapter: one that cannot end may not keep the process from ending."""


class Lanes:
    """Opened when they are needed: most connectors are idle most of the time."""

    def __init__(self, make: Callable[[], Sink[Any]], ctx: Context, seconds: float) -> None:
        self._make, self._ctx, self._seconds = make, ctx, seconds
        self._all: list[Sink[Any]] = []
        self._free: list[Sink[Any]] = []

    async def open(self) -> None:
        """Open the first one, so that a connector that cannot work says so before it must.

        Raises:
            Retryable, Backpressure, Fatal: what the adapter raises.
        """
        self.give(await self.take())

    async def take(self) -> Sink[Any]:
        """Return a free one; it must be given back.

        Raises:
            Retryable, Backpressure, Fatal: a new one could not be opened.
        """
        if self._free:
            return self._free.pop()
        sink = self._make()
        try:
            await call(sink.open(self._ctx), self._seconds)
        except BaseException:
            await end(sink, CLOSE_SECONDS)
            raise
        self._all.append(sink)
        return sink

    def give(self, sink: Sink[Any]) -> None:
        """Take one back."""
        self._free.append(sink)

    async def close(self) -> None:
        """Close all."""
        sinks, self._all, self._free = self._all, [], []
        for sink in sinks:
            await end(sink, CLOSE_SECONDS)
