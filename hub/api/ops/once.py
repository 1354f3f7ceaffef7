"""One answer for everybody who asks at nearly the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Once(Generic[_T]):
    """Asks at most once in some seconds: two hundred open consoles are one question."""

    def __init__(self, ask: Callable[[], Awaitable[_T]], seconds: float) -> None:
        self._ask, self._seconds = ask, seconds
        self._one = asyncio.Lock()
        self._known: tuple[float, _T] | None = None

    async def get(self) -> _T:
        """Return the answer; raises what asking raises, and then asks again the next time."""
        async with self._one:
            if self._known is None or time.monotonic() - self._known[0] >= self._seconds:
                self._known = None
                self._known = (time.monotonic(), await self._ask())
            return self._known[1]
