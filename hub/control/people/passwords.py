"""Passwords: what they must be like, and Argon2id over them, never more than a few at once."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from hub.control.refusals import ChangeRefused, Refusal
from hub.ports import Overloaded

_T = TypeVar("_T")

MIN_CHARS: Final = 15
"""NIST SP 800-63B-4, section 3.1.1.2: where a password is the only factor, at least 15. No rule
about kinds of characters and no expiry: both make people choose worse ones (same section)."""

MAX_CHARS: Final = 200
"""Longer than any passphrase; a bound, because strangers send it."""

MIN_DISTINCT: Final = 6
"""Fewer different characters are a pattern, not a password."""

AT_ONCE: Final = 1
"""Hashes at a time: each takes 64 MiB and one core for a tenth of a second. Strangers may keep this
one busy; the others admit messages."""

WAITING: Final = 20
"""Who may wait for his turn: strangers who guess must not fill the process."""

_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters without look-alikes: it is read from a screen and typed."""
_GROUPS: Final = 4
_GROUP: Final = 5

_COMMON: Final = ("password", "matkhau", "123456", "qwerty", "lgsp", "admin", "abc123")
"""What guessers try first; a password that is one of these with a tail is refused too."""


def normal(password: str) -> str:
    """Return the one spelling of a password: the same letters typed on two keyboards are one."""
    return unicodedata.normalize("NFC", password)


def first_password() -> str:
    """Return a new password of 100 random bits, in groups that can be typed."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def expect_good(name: str, password: str) -> None:
    """Return if somebody called `name` may choose this password.

    Raises:
        ChangeRefused: `PASSWORD_REFUSED`; the detail names the rule, never the password.
    """
    text = normal(password)
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    rules = (
        (len(text) >= MIN_CHARS, f"ít nhất {MIN_CHARS} ký tự / at least {MIN_CHARS} characters"),
        (len(text) <= MAX_CHARS, f"nhiều nhất {MAX_CHARS} ký tự / at most {MAX_CHARS} characters"),
        (len(set(text)) >= MIN_DISTINCT, "lặp quá nhiều ký tự / too few different characters"),
        (name.lower() not in text.lower(), "không chứa tên đăng nhập / not with your name in it"),
        (not _is_common(plain), "quá phổ biến / one of those that guessers try first"),
    )
    for holds, rule in rules:
        if not holds:
            raise ChangeRefused(Refusal.PASSWORD_REFUSED, rule, "new")


def _is_common(plain: str) -> bool:
    left = plain
    for word in _COMMON:
        left = left.replace(word, "")
    return len(left) < MIN_DISTINCT


class Passwords:
    """Hashes and compares. Argon2id: 64 MiB and 3 passes (RFC 9106, section 4), one lane."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(parallelism=1)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys = self._hasher.hash(secrets.token_hex())
        """Compared with where there is no account: the time tells nothing."""

    def expect_room(self) -> None:
        """Return if another one may wait for his turn.

        Raises:
            Overloaded: too many are asked for at once.
        """
        if self._waiting >= WAITING:
            raise Overloaded("too many people sign in at once")

    async def hash(self, password: str) -> str:
        """Return the hash to keep.

        Raises:
            Overloaded: too many are asked for at once.
        """
        return await self._in_turn(self._hasher.hash, normal(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Say whether it is the password behind a hash; takes as long where there is none.

        Raises:
            Overloaded: too many are asked for at once.
        """
        right = await self._in_turn(self._verify, kept or self._nobodys, normal(password))
        return right and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, ValueError):  # not this password, or no hash at all
            return False

    async def _in_turn(self, work: Callable[..., _T], *given: str) -> _T:
        self.expect_room()
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1
