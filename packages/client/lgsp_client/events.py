"""Server-sent events (WHATWG HTML, section 9.2), as far as the inbox's stream uses them."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from lgsp_client.errors import HubProtocolError

MAX_EVENT_BYTES: Final = 1024 * 1024
"""Largest event: a body of 256 KiB in base64, its signature and attributes, with room to spare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent:
    """One event."""

    id: str
    """The cursor of the message."""
    data: bytes


class EventParser:
    """Takes the stream in pieces, cut anywhere; gives whole events."""

    def __init__(self) -> None:
        self._rest = b""
        self._id, self._data = b"", list[bytes]()

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """Return the events that end in this piece. Comments, the heartbeat, give none.

        Raises:
            HubProtocolError: an event is larger than any message of a hub.
        """
        *lines, self._rest = (self._rest + piece).split(b"\n")
        events = [event for line in lines if (event := self._line(line)) is not None]
        if len(self._rest) + sum(len(line) + 1 for line in self._data) > MAX_EVENT_BYTES:
            raise HubProtocolError("an event of the stream is larger than any message")
        return events

    def _line(self, line: bytes) -> ServerEvent | None:
        name, _, value = line.removesuffix(b"\r").partition(b":")
        value = value.removeprefix(b" ")
        if name == b"id":
            self._id = value
        elif name == b"data":
            self._data.append(value)
        elif not line.removesuffix(b"\r") and self._data:
            data, self._data = b"\n".join(self._data), []
            return ServerEvent(id=self._id.decode("utf-8", "replace"), data=data)
        return None


def read_event(data: bytes) -> Any:
    """Return the JSON value of an event.

    Raises:
        HubProtocolError: it is none.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise HubProtocolError("an event of the stream is not JSON") from error
