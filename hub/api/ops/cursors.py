"""Cursors of lists, as clients hold them: opaque text that holds no secret."""

import unicodedata
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from lgsp_message.keys import b64url, unb64url

from hub.api.problems import Code, Problem

_C = TypeVar("_C", bound=msgspec.Struct)


def to_text(cursor: msgspec.Struct | None) -> str | None:
    """Return the text that the client gives back."""
    return None if cursor is None else b64url(msgspec.json.encode(cursor))


def from_text(text: str | None, kind: type[_C]) -> _C | None:
    """Return the cursor of a text; None without one.

    Raises:
        Problem: it is not a cursor of this list.
    """
    if not text:
        return None
    try:
        cursor = msgspec.json.decode(unb64url(text), type=kind)
        for value in msgspec.structs.astuple(cursor):
            _check(value)
    except (ValueError, OverflowError, msgspec.MsgspecError):
        detail = "give back `next` or `previous` as it came"
        raise Problem(400, Code.INVALID_CURSOR, detail) from None
    return cursor


def _check(value: Any) -> None:
    """Raise for what a database refuses: a moment without a zone, a text with a NUL."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError
        value.astimezone(UTC)
    if isinstance(value, str) and any(unicodedata.category(one) in {"Cc", "Cs"} for one in value):
        raise ValueError
