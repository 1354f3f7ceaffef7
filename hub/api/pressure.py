"""How much one system may ask for at once: nobody's client takes the whole hub."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hub.api.problems import Code, busy

MAX_SUBMISSIONS: Final = 200
"""Messages of one system on their way at once: half of what the hub takes from all."""

MAX_READERS: Final = 20
"""Long polls and event streams of one system at once: an agency has a few worker processes."""

MAX_TRANSFERS: Final = 8
"""Objects that one system transfers at once: each holds buffers and a file."""


class Pressure:
    """Counts what each system has under way, by kind."""

    def __init__(self) -> None:
        self._under_way: Counter[tuple[str, int]] = Counter()

    @contextmanager
    def one(self, system: str, most: int, weight: int = 1) -> Iterator[None]:
        """Count one piece of work of `system` while it lasts; `most` also names the kind.

        Raises:
            Problem: 429 where the system has as many under way as it may.
        """
        key = (system, most)
        if self._under_way[key] + weight > most:
            raise busy(429, Code.TOO_MANY_REQUESTS, f"at most {most} at once")
        self._under_way[key] += weight
        try:
            yield
        finally:
            self._under_way[key] -= weight
            if not self._under_way[key]:
                del self._under_way[key]
