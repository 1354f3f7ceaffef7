"""How often something may be tried, counted in memory of a bounded size."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

MAX_KEYS: Final = 50_000
"""Addresses or codes remembered at once, some 10 MB. Beyond it the oldest are forgotten: who has
so many addresses is not stopped by counting them."""

ADDRESS_TRIES: Final = 60
"""Of one address in a window: a one-stop office with many counters stands behind one address."""
CODE_TRIES: Final = 20
"""For one code in a window: a family that refreshes, and no guessing worth the name."""
WINDOW_SECONDS: Final = 600.0


class Rates:
    """At most so many tries for one key in a window of time. A window begins with its first try."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def try_(self, key: str) -> int | None:
        """Count a try; return None, or the seconds until the next one may be made."""
        now = self._clock()
        began, count = self._windows.get(key, (now, 0))
        if now - began >= self._seconds:
            began, count = now, 0
        if count >= self._most:
            return max(1, ceil(began + self._seconds - now))
        self._windows[key] = (began, count + 1)
        self._windows.move_to_end(key)
        if len(self._windows) > MAX_KEYS:
            self._windows.popitem(last=False)
        return None


@dataclass(frozen=True, slots=True)
class Tries:
    """How often somebody may look up a dossier."""

    by_address: Rates = field(default_factory=lambda: Rates(ADDRESS_TRIES, WINDOW_SECONDS))
    by_code: Rates = field(default_factory=lambda: Rates(CODE_TRIES, WINDOW_SECONDS))
