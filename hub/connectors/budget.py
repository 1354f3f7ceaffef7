"""The memory that all connectors of a process may fill with deliveries, and who may still read.

What waits stands on Kafka in any case, so a full memory loses nothing: the inbox is read later. Who
holds little goes on reading beyond the bound, so that a few dead peers do not stop everybody else
(invariant 7); hence the true bound is `MAX_BYTES` and a `SHARE` for each connector.
"""

from typing import Final

MAX_BYTES: Final = 256 * 1024 * 1024
"""Deliveries of all connectors of a process, read ahead or parked: as many as four connectors may
park (64 MiB each), within the gigabyte that a thousand connectors are given."""

SHARE: Final = 512 * 1024
"""What each may hold whatever the others hold: a message of the largest size and some small ones.
One look of the feed may bring more than that, up to `reading.FETCH_BYTES`."""


class Budget:
    """What a process holds. One for all its connectors."""

    def __init__(self, limit: int = MAX_BYTES, share: int = SHARE) -> None:
        self._limit, self._share = limit, share
        self.held = 0
        """Bytes, about."""

    def open(self) -> "Account":
        """Return the account of one connector."""
        return Account(self)

    def is_modest(self, own: int) -> bool:
        """Say whether `own` bytes are within the share of each."""
        return own < self._share

    def is_open_to(self, own: int) -> bool:
        """Say whether somebody who holds `own` bytes may take more."""
        return self.held < self._limit or self.is_modest(own)


class Account:
    """What one connector holds of the budget. It must be closed when its worker has ended."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self.held = budget, 0

    def add(self, size: int) -> None:
        """Hold more bytes; fewer where negative."""
        self.held += size
        self._budget.held += size

    def is_modest(self) -> bool:
        """Say whether so little is held that all of it may stay at hand."""
        return self._budget.is_modest(self.held)

    def has_room(self) -> bool:
        """Say whether more may be held."""
        return self._budget.is_open_to(self.held)

    def close(self) -> None:
        """Give back what is still held."""
        self.add(-self.held)
