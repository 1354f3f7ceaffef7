"""HTTP/1.1 as a load generator needs it: requests as bytes, answers read as they come.

A general client takes more CPU per request than the hub itself, and both share the machine.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)")
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked")
_BOUNDARY: Final = b"hub-bench-50f2c1"
"""No body of the benchmark contains it."""


class Reply(NamedTuple):
    """An answer; of a stream, one chunk of it."""

    status: int
    body: bytes


class Replies:
    """Cuts what comes from one connection into answers."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._streaming: int | None = None
        """The status of the answer whose chunks are coming."""

    def feed(self, data: bytes) -> list[Reply]:
        """Take bytes; return the answers that are whole now.

        Raises:
            ValueError: this is not an answer with a length or in chunks.
        """
        self._buffer += data
        replies = []
        while (reply := self._next()) is not None:
            replies.append(reply)
        return replies

    def _next(self) -> Reply | None:
        if self._streaming is not None:
            return self._chunk(self._streaming)
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return None
        head = bytes(self._buffer[:end]).lower()
        status = int(head[9:12])
        if _CHUNKED.search(head):
            self._take(end + 4, end + 4)
            self._streaming = status
            return self._chunk(status)
        found = _LENGTH.search(head)
        if found is None:
            raise ValueError("an answer without a length")
        return self._whole(status, end + 4, int(found[1]))

    def _whole(self, status: int, start: int, length: int) -> Reply | None:
        if len(self._buffer) < start + length:
            return None
        return Reply(status, self._take(start, start + length))

    def _chunk(self, status: int) -> Reply | None:
        line = self._buffer.find(b"\r\n")
        if line < 0:
            return None
        length = int(self._buffer[:line], 16)
        if len(self._buffer) < line + 2 + length + 2:
            return None
        body = self._take(line + 2, line + 2 + length)
        del self._buffer[:2]
        if not length:
            self._streaming = None
        return Reply(status, body)

    def _take(self, start: int, end: int) -> bytes:
        """Return a part of the buffer and drop everything up to its end."""
        taken = bytes(self._buffer[start:end])
        del self._buffer[:end]
        return taken


def get(path: str, token: bytes) -> bytes:
    """Return a GET request."""
    head = b"GET %b HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer %b\r\n\r\n"
    return head % (path.encode(), token)


def post(path: bytes, token: bytes, headers: bytes, body: bytes) -> bytes:
    """Return a POST request; `headers` are whole lines, each with its line end."""
    head = b"POST %b HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer %b\r\ncontent-length: %d\r\n"
    return b"".join((head % (path, token, len(body)), headers, b"\r\n", body))


def batch(parts: Iterable[bytes], body: bytes) -> tuple[bytes, bytes]:
    """Return header lines and body of a `multipart/mixed` of messages with one common body."""
    pieces: list[bytes] = []
    for headers in parts:
        pieces += (b"--", _BOUNDARY, b"\r\n", headers, b"\r\n", body, b"\r\n")
    pieces += (b"--", _BOUNDARY, b"--\r\n")
    return b"content-type: multipart/mixed; boundary=%b\r\n" % _BOUNDARY, b"".join(pieces)
