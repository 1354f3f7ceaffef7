"""A fast peer in a process of its own: `python -m bench.connector_peer PORT`.

It answers `POST /hook/NAME` with 204 and notes the message's id and the time. `POST /dead/NAME`
lets it take calls for NAME and never answer, `POST /well/NAME` ends that. `GET /arrived` hands out
what was noted since the last time, as JSON.
"""

import asyncio
import re
import signal
import sys
import time
from typing import Final

import orjson

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ID: Final = re.compile(rb"\r\nce-id: *([^\r]+)", re.IGNORECASE)
_TAKEN: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


class State:
    """What all connections share."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, float]] = []
        self.dead: set[bytes] = set()
        self.hanging: list[tuple[bytes, asyncio.Transport]] = []


class Connection(asyncio.Protocol):
    """One connection, kept open."""

    def __init__(self, state: State) -> None:
        self._state, self._buffer = state, bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (it is a server's)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_HEAD_END)) >= 0:
            head = bytes(self._buffer[:end])
            found = _LENGTH.search(head)
            whole = end + len(_HEAD_END) + (int(found[1]) if found else 0)
            if len(self._buffer) < whole:
                return
            del self._buffer[:whole]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        _, path, _ = head.split(b" ", 2)
        what, _, name = path.lstrip(b"/").partition(b"/")
        assert self._transport is not None  # noqa: S101  (the connection was made)
        if what == b"hook":
            self._hook(head, name, self._transport)
        elif what == b"arrived":
            content = orjson.dumps(self._state.arrived)
            self._state.arrived.clear()
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(content))
            self._transport.write(content)
        else:
            self._turn(name, dead=what == b"dead")
            self._transport.write(_TAKEN)

    def _hook(self, head: bytes, name: bytes, transport: asyncio.Transport) -> None:
        if name in self._state.dead:
            self._state.hanging.append((name, transport))
            return
        if found := _ID.search(head):
            self._state.arrived.append((found[1].decode(), time.time()))
        transport.write(_TAKEN)

    def _turn(self, name: bytes, *, dead: bool) -> None:
        if dead:
            self._state.dead.add(name)
            return
        self._state.dead.discard(name)
        for of, transport in self._state.hanging:
            if of == name:
                transport.abort()
        self._state.hanging = [one for one in self._state.hanging if one[0] != name]


async def _run(port: int) -> None:
    stop, state, loop = asyncio.Event(), State(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: Connection(state), "127.0.0.1", port)
    print("started", flush=True)  # noqa: T201  (the parent reads it)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1])))
