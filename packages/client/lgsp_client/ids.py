"""Message ids: UUID version 7 (RFC 9562, section 5.7), which sort by the time they were made."""

import secrets
import time
import uuid


def uuid7() -> str:
    """Return a new id: 48 bits of Unix milliseconds, then 74 random bits."""
    value = int(time.time() * 1000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # the version
    value = value & ~(0x3 << 62) | 0x2 << 62  # the variant
    return str(uuid.UUID(int=value))
