"""Sessions: what login gives and every call must show, for a limited time."""

import hmac
import random
from datetime import datetime, timedelta
from typing import Final

LIFETIME: Final = timedelta(minutes=30)
"""The real lifetime is not published; short enough that a client must renew."""


class Sessions:
    """Open sessions of one account."""

    def __init__(self, username: str, password: str, dstcode: str, chance: random.Random) -> None:
        self._expected = (username, password, dstcode)
        self._chance = chance
        self._until: dict[str, datetime] = {}

    def login(self, given: tuple[str, str, str], now: datetime) -> str | None:
        """Return a new session for the right account, else nothing."""
        pairs = zip(given, self._expected, strict=True)
        right = [hmac.compare_digest(a.encode(), b.encode()) for a, b in pairs]
        if not all(right):
            return None
        session = f"{self._chance.getrandbits(128):032x}"
        self._until[session] = now + LIFETIME
        return session

    def holds(self, session: object, now: datetime) -> bool:
        """Return whether a session is open."""
        return isinstance(session, str) and self._until.get(session, now) > now

    def end_all(self) -> None:
        """Close every session, as a restart of the portal does."""
        self._until.clear()
