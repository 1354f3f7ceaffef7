"""How long to wait before the next try."""

from dataclasses import dataclass
from typing import Final

LONGEST_ASKED: Final = 86_400.0
"""Longest `Retry-After` that is honoured, in seconds: a peer's broken clock may not park a document
for a year."""

_MAX_DOUBLINGS: Final = 60
"""Beyond it every pause has reached its ceiling, and 2**n would soon be no float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Growing pauses, spread by chance: those who wait at one outage do not come back at once."""

    first: float = 1.0
    """Seconds: the ceiling of the first pause, doubled with each try."""
    longest: float = 900.0
    attempts: int | None = 12
    """Tries in all; None never gives up. Twelve with these pauses are about two hours."""

    def pause(self, tries: int, chance: float, asked: float | None = None) -> float | None:
        """Return the seconds to wait after `tries` tries (from 1), or None to give up.

        `chance` is 0 to 1. `asked` is the peer's `Retry-After`: never earlier than that, even if it
        is longer than `longest`; the spread comes on top.
        """
        if self.attempts is not None and tries >= self.attempts:
            return None
        ceiling = min(self.longest, self.first * 2.0 ** min(tries - 1, _MAX_DOUBLINGS))
        own = ceiling * (1 + chance) / 2
        if asked is None:
            return own
        return max(own, min(asked, LONGEST_ASKED) + self.first * chance)
