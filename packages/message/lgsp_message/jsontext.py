"""Strict JSON: refuse what two parsers may read differently (RFC 8259, sections 4, 6 and 8)."""

import json
import re
from typing import Any, Final

import orjson

from lgsp_message.limits import MAX_DEPTH, MAX_INTEGER
from lgsp_message.reason import Reason, Refused

_NAME: Final = re.compile(rb'"[ \t\r\n]*:')


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
    names = _count_names(value)
    # orjson keeps the last of two equal names silently. Every name is followed by one match of
    # `_NAME`, so an equal count proves that none was dropped; more matches (a colon after a quote
    # inside a string) are settled by the slow parser.
    if len(_NAME.findall(text)) != names:
        _refuse_duplicates(text)
    return value


def _why_not_json(text: bytes) -> Refused:
    # orjson gives up at 1024 levels with the same error as for bad syntax.
    if max(text.count(b"["), text.count(b"{")) > MAX_DEPTH and _nesting(text) > MAX_DEPTH:
        return Refused(Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    return Refused(Reason.MALFORMED_BODY, "not strict JSON in UTF-8")


def _nesting(text: bytes) -> int:
    """Return the deepest nesting by brackets outside strings, for text that may not be JSON."""
    depth = deepest = 0
    for bracket in re.sub(rb'"(?:[^"\\]|\\.)*"|[^][{}]', b"", text):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _count_names(value: Any) -> int:
    """Count the names of all objects, level by level: no recursion, the value may be hostile."""
    names = 0
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                names += len(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, (int, float)) and not -MAX_INTEGER <= item <= MAX_INTEGER:
                raise Refused(Reason.MALFORMED_BODY, "a number beyond 2^53")
        if not below:
            return names
        level = below
    raise Refused(Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")


def _refuse_duplicates(text: bytes) -> None:
    json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(Reason.MALFORMED_BODY, "two equal names in one object")
    return fields
