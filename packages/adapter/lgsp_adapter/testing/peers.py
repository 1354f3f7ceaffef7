"""What tests of a sandbox peer share: a clock that stands, and a plain client. Extra `http`."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx2

from lgsp_adapter.net import trusted

MORNING: Final = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""Nine o'clock in Viet Nam, on a working day."""


class Now:
    """A clock that stands until a test sets `at`."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


def http_to(url: str, timeout: float = 10.0, **more: Any) -> httpx2.AsyncClient:
    """Return a client of a server on this machine, as a person with `curl` is one.

    All share one store of certificates: to read it takes longer than most tests.
    """
    return httpx2.AsyncClient(base_url=url, timeout=timeout, verify=trusted(), **more)
