"""Which admin token is whose. Only hashes are kept: a memory dump holds no key to the hub."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Self

FRESH_SECONDS: Final = 2.0
"""How long the digests of SQL count: so long may a revoked token still pass."""

Kept = Callable[[], Awaitable[Mapping[str, bytes]]]
"""Returns the digests of the tokens of administrators besides the first."""


async def _nobody() -> Mapping[str, bytes]:
    return {}


class AdminTokens:
    """Tells tokens apart: the first administrator's from a file, the others' from SQL."""

    def __init__(
        self,
        first: Mapping[str, bytes],
        kept: Kept = _nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first, self._kept, self._clock = dict(first), kept, clock
        self._others: Mapping[str, bytes] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    @classmethod
    def of(cls, tokens: Mapping[str, str], kept: Kept = _nobody) -> Self:
        """Keep only the digests of these tokens.

        A plain hash is enough: a token is 256 random bits, not a password.
        """
        return cls({name: digest(token) for name, token in tokens.items()}, kept)

    async def actor(self, token: str) -> str | None:
        """Return who holds this token, or None.

        Raises:
            Unavailable: SQL is away, and it is not a token of the first ones.
        """
        wanted = digest(token)
        # The first ones without SQL: they are who repairs it.
        return _holder(wanted, self._first) or _holder(wanted, await self._fresh())

    def is_first(self, name: str) -> bool:
        """Say whether it is one of those that need no SQL: who repairs the hub."""
        return name in self._first

    async def _fresh(self) -> Mapping[str, bytes]:
        # One look for all who ask meanwhile: strangers must not make SQL work for each guess.
        async with self._reading:
            if self._clock() - self._read_at >= FRESH_SECONDS:
                self._others = await self._kept()
                self._read_at = self._clock()
            return self._others


def digest(token: str) -> bytes:
    """Return the SHA-256 of a token as it came in a header."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _holder(wanted: bytes, digests: Mapping[str, bytes]) -> str | None:
    found = None
    # All of them, each in constant time: how long it takes says nothing about any token.
    for name, known in digests.items():
        if hmac.compare_digest(known, wanted):
            found = name
    return found
