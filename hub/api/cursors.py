"""The inbox cursor as clients hold it: opaque text, bound to one system."""

from typing import Final

from lgsp_message.keys import b64url, unb64url

from hub.api.problems import Code, Problem
from hub.io.kafka.inbox_records import Cursor, Spot

_MAX_CHARS: Final = 200
_MAX_OFFSET: Final = 2**62
_VERSION: Final = "2"
_BEFORE_URGENT: Final = "1"
"""Cursors from when urgent messages stood among the others: none that stands apart was read."""


def to_text(system: str, cursor: Cursor) -> str:
    """Return the text that the client gives back. It holds no secret: it only saves a look-up."""
    plain, urgent = cursor.plain, cursor.urgent
    numbers = (plain.offset, plain.seek_end, urgent.offset, urgent.seek_end)
    return b64url(" ".join([_VERSION, system, *map(str, numbers)]).encode())


def from_text(system: str, text: str | None) -> Cursor:
    """Return the cursor of `text`; without one, the beginning of the inbox.

    Raises:
        Problem: it is not a cursor that this hub made for this system.
    """
    if not text:
        return Cursor()
    if len(text) > _MAX_CHARS:
        raise _unknown()
    try:
        version, owner, *numbers = unb64url(text).decode("ascii").split(" ")
        if version == _BEFORE_URGENT:
            version, numbers = _VERSION, [*numbers, "0", "0"]
        plain, plain_end, urgent, urgent_end = (_number(number) for number in numbers)
    except (ValueError, UnicodeError):
        raise _unknown() from None
    if version != _VERSION or owner != system:
        raise _unknown()
    return Cursor(
        plain=Spot(offset=plain, seek_end=plain_end),
        urgent=Spot(offset=urgent, seek_end=urgent_end),
    )


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) > _MAX_OFFSET:
        raise ValueError
    return int(text)


def _unknown() -> Problem:
    return Problem(400, Code.INVALID_CURSOR, "give back `next` or a `cursor` as it came")
