"""Strict JSON: refuse what two parsers may read differently (RFC 8259, sections 4, 6 and 8)."""

import re
from collections.abc import Iterable
from typing import Any, Final

import orjson

from lgsp_message.limits import MAX_DEPTH, MAX_INTEGER
from lgsp_message.reason import Reason, Refused

# Possessive, and the closing quote is optional: one pass over any bytes, never a step back.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def parse_json(text: bytes) -> Any:
    """Return the value of `text`, which must be UTF-8 JSON without a byte order mark.

    Raises:
        Refused: `TOO_DEEP` beyond `MAX_DEPTH`; `MALFORMED_BODY` for anything that is not JSON, for
            duplicate names, NaN, lone surrogates and numbers beyond 2^53 in magnitude.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _why_not_json(text) from error
    # orjson keeps the last of two equal names silently: a name that was dropped is a string less.
    if _bounded(value) != strings_in(text):
        raise Refused(Reason.MALFORMED_BODY, "two equal names in one object")
    return value


def _bounded(value: Any) -> int:
    """Refuse depth and numbers; return how many strings there are.

    Level by level: no recursion, the value may be hostile.
    """
    strings = 0
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for container in level:
            items: Iterable[Any] = container
            if type(container) is dict:
                strings += len(container)
                items = container.values()
            for item in items:
                kind = type(item)
                if kind is str:
                    strings += 1
                elif kind is dict or kind is list:
                    below.append(item)
                elif kind in _NUMBERS and not -MAX_INTEGER <= item <= MAX_INTEGER:
                    raise Refused(Reason.MALFORMED_BODY, "a number beyond 2^53")
        if not below:
            return strings
        level = below
    raise Refused(Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")


_NUMBERS: Final = frozenset({int, float})


def strings_in(text: bytes) -> int:
    """Return how many strings a JSON text holds, names included."""
    if b"\\" in text:
        return len(_STRING.findall(text))
    return text.count(b'"') // 2


def _why_not_json(text: bytes) -> Refused:
    # orjson gives up at 1024 levels with the same error as for bad syntax.
    if _nesting(text) > MAX_DEPTH:
        return Refused(Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    return Refused(Reason.MALFORMED_BODY, "not strict JSON in UTF-8")


def _nesting(text: bytes) -> int:
    """Return the deepest nesting by brackets outside strings, for text that may not be JSON."""
    depth = deepest = 0
    for bracket in _STRING.sub(b"", text).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
