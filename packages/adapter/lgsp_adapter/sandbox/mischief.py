"""Misbehaviour on command: what goes wrong, how often, and always the same way for one seed."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final, TypeVar

T = TypeVar("T")

MAX_TIMES: Final = 10_000
"""Most answers that one command spoils."""
MAX_SECONDS: Final = 120.0
"""Longest wait of a slow or hanging answer."""


@unique
class What(StrEnum):
    """The ways in which real peers fail."""

    SLOW = "slow"
    """Answers rightly, after `seconds`."""
    ERROR_500 = "error_500"
    """Does nothing and says 500."""
    TIMEOUT_AFTER_SUCCESS = "timeout_after_success"
    """Does it, hangs for `seconds` and never answers."""
    DUPLICATE = "duplicate"
    """Hands out or sends the same thing twice."""
    REORDER = "reorder"
    """Hands out a list in another order."""
    BAD_SIGNATURE = "bad_signature"
    """Signs its own message wrongly."""
    WRONG_SCHEMA = "wrong_schema"
    """Does it, and answers in a shape that nobody published."""
    HALF_BODY = "half_body"
    """Does it, and the line breaks in the middle of the answer."""
    EXPIRED_CERTIFICATE = "expired_certificate"
    """Shows a certificate of the past at the next TLS handshakes."""
    RATE_LIMITED = "rate_limited"
    """Does nothing and says 429 with `Retry-After: seconds`."""


ANY_SERVER: Final = frozenset(
    {
        What.SLOW,
        What.ERROR_500,
        What.TIMEOUT_AFTER_SUCCESS,
        What.WRONG_SCHEMA,
        What.HALF_BODY,
        What.EXPIRED_CERTIFICATE,
        What.RATE_LIMITED,
    }
)
"""What the base server can do to any answer. A peer adds what its own shape can do."""

EVERYDAY: Final = (
    What.SLOW,
    What.ERROR_500,
    What.RATE_LIMITED,
    What.TIMEOUT_AFTER_SUCCESS,
    What.HALF_BODY,
)
"""What a bad day is made of: faults after which a right caller tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """One command: spoil the next `times` answers of calls whose path starts with `path`."""

    what: What
    times: int = 1
    seed: int = 0
    seconds: float = 1.0
    path: str = "/"

    def __post_init__(self) -> None:
        if not 1 <= self.times <= MAX_TIMES:
            raise ValueError(f"times: from 1 to {MAX_TIMES}")
        if not self.path.startswith("/"):
            raise ValueError("path: begins with /")
        if not 0 <= self.seconds <= MAX_SECONDS:
            raise ValueError(f"seconds: from 0 to {MAX_SECONDS:.0f}")


class Mischief:
    """The commands that are still open, in the order in which they were given."""

    def __init__(self, can: Collection[What] = ANY_SERVER) -> None:
        self.can = frozenset(can)
        self._open: list[Misbehaviour] = []
        self._share, self._mood = 0.0, random.Random()  # noqa: S311  (no secret)

    @property
    def pending(self) -> tuple[Misbehaviour, ...]:
        """What is still to happen."""
        return tuple(self._open)

    def order(self, misbehaviour: Misbehaviour) -> None:
        """Have it happen.

        Raises:
            ValueError: this peer has no such fault; a test must not believe that it had.
        """
        if misbehaviour.what not in self.can:
            names = ", ".join(sorted(self.can))
            raise ValueError(f"what: this peer cannot do {misbehaviour.what}; it can: {names}")
        self._open.append(misbehaviour)

    def bad_day(self, share: float, seed: int = 0) -> None:
        """Spoil about this share of all calls from now on, by `seed`; 0 ends it.

        Raises:
            ValueError: the share is not from 0 to 1, or this peer answers no calls.
        """
        if not 0 <= share <= 1:
            raise ValueError("share: from 0 to 1")
        if share and not self.can.issuperset(EVERYDAY):
            raise ValueError("share: this peer answers no calls")
        self._share, self._mood = share, random.Random(seed)  # noqa: S311  (no secret)

    def begin(self, path: str) -> None:
        """Note that a call comes: on a bad day something may be ordered for it."""
        if self._share and self._mood.random() < self._share:
            what = self._mood.choice(EVERYDAY)
            self.order(Misbehaviour(what=what, path=path))

    def take(self, path: str, *kinds: What) -> Misbehaviour | None:
        """Return the oldest open command of these kinds for a call to `path`, used up once."""
        for place, each in enumerate(self._open):
            if each.what in kinds and path.startswith(each.path):
                self._use(place)
                return each
        return None

    def listed(self, path: str, items: Sequence[T]) -> list[T]:
        """Return a list as it is handed out: with something twice or in another order if so told.

        An empty list cannot go wrong and uses no command up.
        """
        result = list(items)
        if result and (told := self.take(path, What.DUPLICATE)):
            result.append(random.Random(told.seed).choice(result))  # noqa: S311  (no secret)
        if len(result) > 1 and (told := self.take(path, What.REORDER)):
            result = shuffled(result, told.seed)
        return result

    def reset(self) -> None:
        """Behave from now on."""
        self._open.clear()
        self._share = 0.0

    def _use(self, place: int) -> None:
        used = self._open[place]
        if used.times == 1:
            del self._open[place]
        else:
            self._open[place] = replace(used, times=used.times - 1)


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """Return the items in an order that differs from theirs, for more than one unequal item."""
    result = list(items)
    random.Random(seed).shuffle(result)  # noqa: S311  (no secret)
    return result if result != list(items) else result[1:] + result[:1]
