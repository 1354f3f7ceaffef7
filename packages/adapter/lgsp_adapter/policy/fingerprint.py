"""One short name for all dead letters with the same cause: operators see causes, not rows."""

import re
from hashlib import sha256
from typing import Final

LENGTH: Final = 16
"""Hex digits: 64 bits tell the causes of one hub apart."""

# What differs from message to message. Quoted text first: it may hold anything.
_VARIABLE = re.compile(
    r"'[^']*'|\"[^\"]*\"|“[^”]*”"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\b[0-9a-fA-F]{16,}\b"
    r"|\d+"
)


def fingerprint(adapter: str, code: str, peer_code: str | None, detail: str) -> str:
    """Return 16 hex digits that depend on the cause alone.

    Numbers, UUIDs, hashes and quoted texts in `detail` are passed over; the peer's own code is not.
    """
    cause = _VARIABLE.sub("#", " ".join(detail.split()))
    parts = (adapter, code, peer_code or "", cause)
    # Each part is preceded by its length: no two lists of parts give the same bytes.
    told = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode() for part in parts))
    return sha256(told).hexdigest()[:LENGTH]
