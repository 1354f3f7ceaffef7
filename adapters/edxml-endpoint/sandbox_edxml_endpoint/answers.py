"""Answers of a provincial axis, read as clients do: field names are not published everywhere."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson

OK: Final = "0"
"""Lạng Sơn's list: 0 OK, 10 invalid file, 15 wrong SystemId/SecretKey, 18 no such receiver, 19
sender not registered, 20 system error, 21 file processing error, 22 wrong edXML, 23 locked."""
SYSTEM_ERROR: Final = "20"
NO_ANSWER: Final = "no_answer"
UNREADABLE: Final = "unreadable"

_CODES: Final = ("errorcode", "error_code", "code")
_IDS: Final = ("docid", "documentid", "id", "data")
_ORGANS: Final = ("code", "organid", "id")
_LISTS: Final = ("data", "result", "docids", "items")
_TOKENS: Final = ("access_token", "accesstoken", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call gave: the axis' code, and an id or bytes where there are any."""

    code: str
    value: str = ""

    @property
    def ok(self) -> bool:
        """Whether the axis took it."""
        return self.code == OK


def outcome(answer: httpx2.Response) -> Outcome:
    """Return the code of an answer; an HTTP error without a code is `http_<status>`."""
    body = _body(answer)
    code = next((str(body[name]) for name in _CODES if body.get(name) is not None), None)
    if code is None:
        code = OK if answer.is_success and body else f"http_{answer.status_code}"
    value = next((body[name] for name in _IDS if isinstance(body.get(name), str)), "")
    return Outcome(code=code, value=value)


def ids(answer: httpx2.Response) -> list[str]:
    """Return the document ids of a list."""
    value = _json(answer)
    if isinstance(value, Mapping):
        body = _body(answer)
        value = next((body[name] for name in _LISTS if isinstance(body.get(name), list)), [])
    return list(_ids(value)) if isinstance(value, list) else []


def codes(answer: httpx2.Response) -> list[str]:
    """Return the agencies' codes of a list of organisations."""
    rows = _body(answer).get("data")
    named = [_lower(row) for row in rows if isinstance(row, Mapping)] if rows else []
    found = (next((row[name] for name in _ORGANS if row.get(name)), None) for row in named)
    return [str(code) for code in found if code]


def says_yes(answer: httpx2.Response) -> bool:
    """Return whether a question was answered, and with yes."""
    return outcome(answer).ok and _body(answer).get("data") is True


def packet(answer: httpx2.Response) -> bytes | None:
    """Return the packet of an answer: the body itself, or base64 in JSON."""
    if not answer.is_success:
        return None
    if answer.content.lstrip().startswith(b"<"):
        return answer.content
    text = outcome(answer).value
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def token(answer: httpx2.Response) -> str | None:
    """Return the Bearer token of a login."""
    body = _body(answer)
    inner = body.get("data")
    if isinstance(inner, Mapping):
        body = body | {key.lower(): value for key, value in inner.items()}
    found = next((body[name] for name in _TOKENS if isinstance(body.get(name), str)), None)
    return found or (inner if isinstance(inner, str) else None)


def _ids(rows: list[Any]) -> Iterator[str]:
    for each in rows:
        if isinstance(each, Mapping):
            row = _lower(each)
            if found := next((row[name] for name in _IDS if row.get(name)), None):
                yield str(found)
        elif isinstance(each, str):
            yield each


def _body(answer: httpx2.Response) -> dict[str, Any]:
    value = _json(answer)
    if isinstance(value, str):
        return {"docid": value}
    return _lower(value) if isinstance(value, Mapping) else {}


def _lower(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in row.items()}


def _json(answer: httpx2.Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
