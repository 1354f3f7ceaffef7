"""Where local systems call services: a small HTTP/1.1 server over h11, a path per connector."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import h11
from lgsp_adapter import Answer, Request

from lgsp_edge.errors import EdgeError
from lgsp_edge.service import ServiceRunner
from lgsp_edge.settings import ListenSettings
from lgsp_edge.spool import MEGABYTE

READ_BYTES: Final = 65_536
SILENT_SECONDS: Final = 60.0
"""Longest wait for the next bytes of a caller: sockets that say nothing are let go."""
MAX_CALLERS: Final = 200
"""More at once than an agency has systems: a fault of one of them may not take all memory."""

_NOT_FOUND: Final = Answer(status=404, body=b'{"status": 404, "code": "no_such_connector"}')
_TOO_LARGE: Final = Answer(status=413, body=b'{"status": 413, "code": "too_large"}')
_BUSY: Final = Answer(status=503, body=b'{"status": 503}', headers={"retry-after": "5"})


class TooLarge(Exception):
    """The body is larger than this listener takes."""


@asynccontextmanager
async def listening(
    services: Mapping[str, ServiceRunner], settings: ListenSettings, folder: Path
) -> AsyncIterator[int]:
    """Answer calls for as long as the block; give the port.

    Raises:
        EdgeError: the address cannot be used, or others could read what is said.
    """
    server = _Server(services, settings.longest_mb * MEGABYTE)
    tls = _tls(settings, folder)
    try:
        listener = await asyncio.start_server(server.serve, settings.host, settings.port, ssl=tls)
    except OSError as error:
        raise EdgeError(f"listen: {settings.host}:{settings.port} cannot be used") from error
    try:
        yield int(listener.sockets[0].getsockname()[1])
    finally:
        listener.close()
        await server.end()


def _tls(settings: ListenSettings, folder: Path) -> ssl.SSLContext | None:
    if settings.certificate is None:
        if settings.host != "localhost" and not ip_address(settings.host).is_loopback:
            raise EdgeError("listen.certificate: needed where other machines call")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(folder / settings.certificate)
    except (OSError, ssl.SSLError) as error:
        raise EdgeError("listen.certificate: cannot be read") from error
    return context


class _Server:
    def __init__(self, services: Mapping[str, ServiceRunner], longest: int) -> None:
        self._services, self._longest = services, longest
        self._callers: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one caller until it goes."""
        task = asyncio.current_task()
        if task is not None:
            self._callers.add(task)
            task.add_done_callback(self._callers.discard)
        with suppress(OSError, TimeoutError, h11.ProtocolError, asyncio.CancelledError):
            await self._talk(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def end(self) -> None:
        """Let go of all callers."""
        for task in self._callers:
            task.cancel()
        if self._callers:
            await asyncio.wait(self._callers)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            try:
                request = await self._read(connection, reader)
                if request is None:
                    return
                answer = await self._answer(request)
            except TooLarge:
                answer = _TOO_LARGE
            await _write(connection, writer, answer)
            if {connection.our_state, connection.their_state} != {h11.DONE}:
                return
            connection.start_next_cycle()

    async def _answer(self, request: Request) -> Answer:
        name, _, rest = request.path.removeprefix("/").partition("/")
        service = self._services.get(name)
        if service is None:
            return _NOT_FOUND
        if len(self._callers) > MAX_CALLERS:
            return _BUSY
        below = Request(
            method=request.method,
            path=f"/{rest}",
            query=request.query,
            headers=request.headers,
            body=request.body,
        )
        return await service.answer(below)

    async def _read(
        self, connection: h11.Connection, reader: asyncio.StreamReader
    ) -> Request | None:
        """Return the next whole request; None where the caller has gone."""
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = await _event(connection, reader)
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._longest:
                    raise TooLarge
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return _request(head, bytes(body))
            else:
                return None


async def _event(connection: h11.Connection, reader: asyncio.StreamReader) -> h11.Event | object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        async with asyncio.timeout(SILENT_SECONDS):
            connection.receive_data(await reader.read(READ_BYTES))
    return event


def _request(head: h11.Request, body: bytes) -> Request:
    parts = urlsplit(head.target.decode("latin-1"))
    return Request(
        method=head.method.decode("ascii"),
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers
        },
        body=body,
    )


async def _write(connection: h11.Connection, writer: asyncio.StreamWriter, answer: Answer) -> None:
    headers = {
        **answer.headers,
        "content-type": answer.content_type,
        "content-length": str(len(answer.body)),
    }
    head = h11.Response(status_code=answer.status, headers=list(headers.items()))
    for event in (head, h11.Data(data=answer.body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
