"""`MaXacThuc`: SHA-256 in hex of the named fields joined by a bar, and the secret. Pure."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lgsp_adapter import Reject

BAR = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What both sides hold, and how it is joined to the fields."""

    secret: str = field(repr=False)
    bar_before: bool = False
    """The published words, "the fields joined with `|` + secret", can be read either way."""

    @property
    def end(self) -> str:
        """What stands behind the last field."""
        return f"{BAR}{self.secret}" if self.bar_before else self.secret


def mac(content: Mapping[str, Any], fields: Sequence[str], key: Key) -> str:
    """Return the code over `fields` of `content`; a missing field counts as empty.

    Raises:
        Reject: `bad_field` where a value holds a bar: two different messages could then have one
            code, and money be moved between their fields.
    """
    values = [_text(content.get(name)) for name in fields]
    for name, value in zip(fields, values, strict=True):
        if BAR in value:
            raise Reject("bad_field", f"/{name} holds a bar")
    return hashlib.sha256((BAR.join(values) + key.end).encode()).hexdigest()


def is_authentic(content: Mapping[str, Any], fields: Sequence[str], key: Key) -> bool:
    """Say whether `MaXacThuc` is right, in a time that tells nothing of where it differs."""
    given = _text(content.get("MaXacThuc")).lower().encode()
    try:
        expected = mac(content, fields, key).encode()
    except Reject:
        return False
    return hmac.compare_digest(given, expected)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
