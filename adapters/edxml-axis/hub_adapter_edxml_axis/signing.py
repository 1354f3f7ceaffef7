"""The signed headers of the national axis: every parameter of a call travels as a header.

Shape: the axis' own Java client 2.0.0 and 2.0.1, read as compiled code. The body is not signed.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from lgsp_adapter import Reject
from lgsp_edxml.times import ZONE

PREFIX: Final = "XroadVnpt-"
FIXED: Final = {
    "User-Agent": "JAVASDKAgent/1.0.0 XRoad/VPCP",
    "XroadVnpt-version": "3.0.201608",
}
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
"""A header's value: ASCII, and no space at its ends, which HTTP would take off (RFC 9110, 5.5)."""


def sign(
    parameters: Mapping[str, str], *, system_id: str, secret: str, now: datetime
) -> dict[str, str]:
    """Return the headers of a call with these parameters, in order. `now` is aware.

    Raises:
        Reject: `header_value`, with the parameter's name: a value cannot travel as a header.
    """
    named = {**parameters, "systemid": system_id, "timestamp": timestamp(now)}
    headers = {PREFIX + name: _checked(name, value) for name, value in named.items()}
    text = json.dumps(headers, separators=(",", ":"))
    return {
        **FIXED,
        **headers,
        f"{PREFIX}sign-header-key": ";".join(headers),
        f"{PREFIX}sign-header": text,
        # Over the text exactly as it is sent: another order or spacing is another signature.
        f"{PREFIX}hash-header": hmac.new(
            secret.encode(), text.encode(), hashlib.sha256
        ).hexdigest(),
    }


def timestamp(now: datetime) -> str:
    """Return the moment in Java's pattern `ddMMyyyy'T'HHmmss+SSSS`.

    What looks like a zone is the milliseconds, padded to four digits; the clock is Vietnam's.
    """
    local = now.astimezone(UTC).astimezone(ZONE)
    return f"{local:%d%m%Y}T{local:%H%M%S}+{local.microsecond // 1000:04}"


def _checked(name: str, value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise Reject("header_value", f"{PREFIX}{name}")
    return value
