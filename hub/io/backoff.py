"""How long to wait after the world has failed: longer each time, never in step with others."""

import asyncio
import random
from typing import Final

from hub.io.waiting import wait_for

FIRST_SECONDS: Final = 0.1
"""The first wait: most faults are a broker that elects a leader."""

LONGEST_SECONDS: Final = 1.0
"""The longest wait: a broker that starts is asked about once a second, and work goes on at once."""


class Backoff:
    """Waits that double, with full jitter, and begin anew after success."""

    def __init__(self, first: float = FIRST_SECONDS, longest: float = LONGEST_SECONDS) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def reset(self) -> None:
        """Begin anew: something worked."""
        self._next = self._first

    async def wait(self, stop: asyncio.Event) -> None:
        """Wait, or return at once when `stop` is set."""
        seconds = self._next * random.uniform(0.5, 1.0)  # noqa: S311  (jitter, not a secret)
        self._next = min(self._longest, self._next * 2)
        await wait_for(stop, seconds)
