"""A small HTTP server on the loopback for fakes: a handler from `Request` to `Answer`.

It is no web server: HTTP/1.1, bodies with a length, one answer after another on a connection.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from lgsp_adapter.values import Answer, Request

Handler = Callable[[Request], Awaitable[Answer]]

LONGEST: Final = 64 * 1024 * 1024
"""Bytes of one body."""


class WebServer:
    """`start` gives the address; `stop` ends every connection."""

    def __init__(self, handler: Handler, host: str = "127.0.0.1", port: int = 0) -> None:
        self._handler, self._host, self._port = handler, host, port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Begin to serve; return the address, without a slash at its end."""
        self._server = await asyncio.start_server(self._connected, self._host, self._port)
        return f"http://{self._host}:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """End."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        # The other side may go at any moment, and `stop` cancels: both are an ordinary end.
        with contextlib.suppress(
            ConnectionError, ValueError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            while True:
                answer = await self._handler(await _read(reader))
                writer.write(_head(answer) + answer.body)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", 0))
    if length > LONGEST:
        raise ValueError("too long")
    return Request(
        method=method,
        path=unquote(urlsplit(target).path),
        query=dict(parse_qsl(urlsplit(target).query, keep_blank_values=True)),
        headers=headers,
        body=await reader.readexactly(length),
    )


def _head(answer: Answer) -> bytes:
    known = {each.value: each.phrase for each in HTTPStatus}
    headers: Mapping[str, str] = {
        **answer.headers,
        "content-type": answer.content_type,
        "content-length": str(len(answer.body)),
    }
    lines = [f"HTTP/1.1 {answer.status} {known.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
