"""What never leaves the hub in a support bundle: secrets, and whatever looks like a person's data.

Invariant 9: logs are clean when they are written. A bundle goes to other people, so all of it
passes here once more.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hub.cli.logs import FORBIDDEN, REMOVED

SECRET: Final = "[secret]"  # noqa: S105  (what stands in a secret's place)
MIN_SECRET: Final = 6
"""Characters: a shorter secret would be found in every word."""
MAX_SECRET_FILE: Final = 64 * 1024

_LOOKS_LIKE: Final = (
    # In this order: a part of the first ones looks like one of the others.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@\"']*@"), r"\1"),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
    # A citizen's number has 12 digits, an old identity card 9, a telephone 10, a tax code 10 or 13.
    (re.compile(r"(?<![\w.])\+?\d{9,}(?![\w])"), "[digits]"),
)
_LONG_NUMBER: Final = 10**9


class Masking:
    """Masks texts: the secrets that are known here by their value, the rest by their look."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one secret may be a part of another.
        found = {one for one in secrets if len(one) >= MIN_SECRET}
        self._secrets = sorted(found, key=lambda one: (-len(one), one))

    def known(self, text: str) -> str:
        """Return a text without the secrets of this hub."""
        for secret in self._secrets:
            text = text.replace(secret, SECRET)
        return text

    def words(self, text: str) -> str:
        """Return a text of people or programs without secrets and what looks like personal data."""
        text = self.known(text)
        for pattern, instead in _LOOKS_LIKE:
            text = pattern.sub(instead, text)
        return text

    def value(self, value: Any) -> Any:
        """Return a JSON value whose texts are masked, at any depth; numbers stay."""
        match value:
            case str():
                return self.words(value)
            case Mapping():
                return {self.words(str(name)): self.value(one) for name, one in value.items()}
            case list() | tuple():
                return [self.value(one) for one in value]
        return value

    def line(self, line: str) -> str | None:
        """Return a line of a process's log; None where it is not the hub's own JSON.

        What is not JSON was written by something that knows no rule: an interpreter that dies
        prints values.
        """
        try:
            told = json.loads(line)
        except ValueError:
            return None
        if not isinstance(told, dict):
            return None
        kept = {name: REMOVED if name in FORBIDDEN else one for name, one in told.items()}
        return json.dumps(_without_long_numbers(self.value(kept)), ensure_ascii=False)


def place_of(url: str) -> str:
    """Return where an address points to, without what may be a secret in it: user, path, query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" + ("/…" if parts.path.strip("/") or parts.query else "")


def secrets_below(place: Path) -> Iterator[str]:
    """Yield the contents of files of secrets: each whole, by line, and by text of its JSON."""
    for path in sorted(place.rglob("*")) if place.is_dir() else (place,):
        try:
            if not path.is_file() or path.stat().st_size > MAX_SECRET_FILE:
                continue
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            continue
        yield text
        yield from (line.strip() for line in text.splitlines() if "-----" not in line)
        yield from _texts(text)


def _texts(text: str) -> Iterator[str]:
    try:
        waiting = [json.loads(text)]
    except ValueError:
        return
    while waiting:
        match waiting.pop():
            case str() as one:
                yield one
            case dict() as some:
                waiting += some.values()
            case list() as some:
                waiting += some


def _without_long_numbers(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() if abs(value) >= _LONG_NUMBER:
            return "[digits]"
        case dict():
            return {name: _without_long_numbers(one) for name, one in value.items()}
        case list():
            return [_without_long_numbers(one) for one in value]
    return value
