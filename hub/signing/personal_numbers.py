"""Which numbers in a certificate are a person's, and texts without them (invariant 9)."""

import re
from collections.abc import Iterable
from typing import Final

_PERSONAL: Final = re.compile(
    r"(?:CCCD|CMND|CMT|HC|SHC|BHXH|DDCN|PASVN|IDCVN|PNOVN|TINVN)[:\s-]", re.IGNORECASE
)
_CITIZEN: Final = re.compile(r"\d{12}")
"""A citizen's number has 12 digits, a tax number of an organisation 10 or 13."""
_LONG_NUMBER: Final = re.compile(r"\d(?:[\s.-]?\d){7,}")
"""Eight digits or more: old identity cards have 9, passports 8."""
_SHOWN: Final = 120


def are_personal(numbers: Iterable[str]) -> bool:
    """Say whether one of the numbers that a certificate gives of its holder is a person's."""
    # Since 1/7/2025 a person's tax number is the citizen's number: `MST:` with 12 digits is one.
    return any(_PERSONAL.match(one) or _CITIZEN.fullmatch(digits(one)) for one in numbers)


def masked(text: str) -> str:
    """Return `text` without long numbers and control characters, at most 120 characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _SHOWN])
    return _LONG_NUMBER.sub("***", plain)[:_SHOWN].strip()


def digits(text: str) -> str:
    """Return the digits of a text."""
    return "".join(letter for letter in text if letter.isdigit())
