"""A signed call: the parameters travel as headers, and the headers are signed with HMAC.

Source: the axis' client SDK. `XroadVnpt-sign-header` is a JSON object of all signed headers,
`XroadVnpt-sign-header-key` names them, `XroadVnpt-hash-header` is the HMAC of the JSON text.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

PREFIX: Final = "xroadvnpt-"
VERSION: Final = "3.0.201608"
AGENT: Final = "JAVASDKAgent/"
_UNSIGNED: Final = {"sign-header-key", "sign-header", "hash-header", "version"}
_TIMESTAMP: Final = re.compile(r"\d{8}T\d{6}\+\d{4}", re.ASCII)
"""`ddMMyyyy'T'HHmmss+SSSS`: four digits of milliseconds, which look like a zone and are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A member system: what signs, and for whom it may speak."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call whose signature was right."""

    system: System
    parameters: Mapping[str, str]
    """Names in lower case: header names have no case."""


class BadCall(Exception):
    """The call is not signed as published; the text says what is wrong, never a value."""


def verify(headers: Mapping[str, str], systems: Mapping[str, System]) -> Call:
    """Return the call that these headers make.

    Raises:
        BadCall: a header is missing, unsigned, changed, or signed by nobody known.
    """
    text = _header(headers, "sign-header")
    signed = _object(text)
    _names_agree(headers, signed)
    if not _TIMESTAMP.fullmatch(signed.get("timestamp", "")):
        raise BadCall("timestamp: not ddMMyyyy'T'HHmmss+SSSS")
    system = systems.get(signed.get("systemid", ""))
    if system is None:
        raise BadCall("systemid: unknown")
    wanted = hmac.new(system.secret.encode(), text.encode("latin-1"), hashlib.sha256).hexdigest()
    given = _header(headers, "hash-header")
    if not hmac.compare_digest(wanted.encode(), given.encode("latin-1")):
        raise BadCall("hash-header: not the HMAC-SHA256 of sign-header")
    own = {name: each for name, each in signed.items() if name not in ("systemid", "timestamp")}
    return Call(system=system, parameters=own)


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(PREFIX + name, "")
    if not value:
        raise BadCall(f"{name}: missing")
    return value


def _object(text: str) -> dict[str, str]:
    try:
        value = orjson.loads(text.encode("ascii"))
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise BadCall("sign-header: not JSON in ASCII") from error
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise BadCall("sign-header: not an object of texts")
    names = {name.lower(): each for name, each in value.items()}
    if not all(name.startswith(PREFIX) for name in names):
        raise BadCall("sign-header: names a header that is none of the protocol")
    return {name.removeprefix(PREFIX): each for name, each in names.items()}


def _names_agree(headers: Mapping[str, str], signed: Mapping[str, str]) -> None:
    listed = [each.lower() for each in _header(headers, "sign-header-key").split(";")]
    if sorted(listed) != sorted(PREFIX + name for name in signed):
        raise BadCall("sign-header-key: not the names in sign-header")
    sent = {
        name.lower().removeprefix(PREFIX): each
        for name, each in headers.items()
        if name.lower().startswith(PREFIX)
    }
    if {name: each for name, each in sent.items() if name not in _UNSIGNED} != dict(signed):
        raise BadCall("sign-header: not the headers that were sent")
    if sent.get("version") != VERSION:
        raise BadCall(f"version: not {VERSION}")
    if not headers.get("user-agent", "").startswith(AGENT):
        raise BadCall(f"User-Agent: does not begin with {AGENT}")
