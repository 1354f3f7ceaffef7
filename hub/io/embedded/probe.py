"""Ask a broker a real question: a bare TCP connect also succeeds while Kafka is still loading."""

import socket
import struct
from typing import Final

from hub.io.embedded.ports import LOOPBACK

SECONDS: Final = 2.0
"""Longest wait for one answer."""

METADATA: Final = 3
METADATA_VERSION: Final = 4
"""Kafka protocol guide: Metadata, the last version without tagged fields that asks for no topic."""

CORRELATION: Final = 7
"""Any number; the answer must repeat it."""

_BODY: Final = struct.pack(">i?", 0, False)  # noqa: FBT003  (no topics; do not create any)
_HEADER: Final = struct.pack(">hhih", METADATA, METADATA_VERSION, CORRELATION, -1)  # no client id
_REQUEST: Final = struct.pack(">i", len(_HEADER + _BODY)) + _HEADER + _BODY

_LONGEST_ANSWER: Final = 65_536
"""Bytes; the real answer of a single broker has about 60."""


def answers(port: int) -> bool:
    """Return whether a broker on this port answers and lists itself as one that takes work."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=SECONDS) as connection:
            connection.sendall(_REQUEST)
            with connection.makefile("rb") as stream:
                return _lists_a_broker(stream.read(_length(stream.read(4))))
    except (OSError, struct.error):
        return False


def _length(prefix: bytes) -> int:
    (length,) = struct.unpack(">i", prefix)
    return length if 0 <= length <= _LONGEST_ANSWER else 0


def _lists_a_broker(answer: bytes) -> bool:
    """Read correlation id, throttle time and the number of live brokers."""
    correlation, _throttle, brokers = struct.unpack_from(">iii", answer)
    return bool(correlation == CORRELATION and brokers > 0)
