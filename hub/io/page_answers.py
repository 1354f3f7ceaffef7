"""How a page worker answers: apart from it, so that who asks does not carry a PDF reader."""

from typing import Final

LENGTH: Final = 4
"""Bytes of an answer's length, big-endian."""
MAX_TEXT_BYTES: Final = 256 * 1024
"""Most of an answer: a dense page has 10 kB."""
