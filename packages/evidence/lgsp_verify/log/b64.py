"""Base64 as the C2SP formats use it (RFC 4648, section 4), in one spelling only."""

import base64
import binascii

from lgsp_verify.log.errors import Malformed


def b64(data: bytes) -> str:
    """Encode, with padding."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Decode.

    Raises:
        Malformed: other characters, or a second spelling of the same bytes.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("not base64") from None
    if b64(data) != text:
        raise Malformed("not base64")
    return data
