"""The counter: where foreign systems call their connectors, `/in/<connector>/…`, on loopback.

TLS, names and networks are the proxy's; who calls is the adapter's to find out.
"""

import asyncio
import contextlib
import json
import math
import socket
from collections.abc import AsyncIterator
from typing import Final, Protocol

import structlog
from lgsp_adapter import AdapterError, Answer, Backpressure, Check, Reject, Request
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Call
from starlette.responses import Response
from starlette.routing import Route

from hub.io.serving import server_of

LOOPBACK: Final = "127.0.0.1"

MAX_REQUEST: Final = 64 * 1024 * 1024
"""Largest call: a document with its attachments as e-Office products send it, in base64."""

UNDER_WAY: Final = 128 * 1024 * 1024
"""Bytes of bodies that are read at once: beyond it callers are told to come again."""

DRAIN_SECONDS: Final = 3
"""Longest wait for callers once no connector answers any more."""

REACH_SECONDS: Final = 3.0
"""Longest wait for an answer of this very process."""

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_TEXTS: Final = {
    400: "The hub does not take it. / Trục không nhận.",
    404: "No connector answers here. / Không có bộ kết nối nào ở địa chỉ này.",
    413: "More than one call may have. / Vượt quá kích thước cho phép.",
    429: "Too many calls: come again later. / Quá nhiều lời gọi, hãy thử lại sau.",
    503: "Not now: try again. / Chưa phục vụ được, hãy thử lại.",
}

_log = structlog.get_logger("connectors")


class Answers(Protocol):
    """Who answers calls: a service at work."""

    async def answer(self, request: Request) -> Answer:
        """Return the answer; raises errors of the contract."""
        ...

    async def check(self) -> Check:
        """Say whether calls are answered now, in words; never raises an error of the contract."""
        ...


class Counter:
    """Who answers under which name."""

    def __init__(self) -> None:
        self._open: dict[str, Answers] = {}
        self._reading = 0
        self.port: int | None = None
        """Where it listens; None while it does not."""

    def open(self, connector: str, service: Answers) -> None:
        """Let a connector answer from now on."""
        self._open[connector] = service

    def close(self, connector: str, service: Answers) -> None:
        """Let it answer no longer; a younger one of the same name goes on."""
        if self._open.get(connector) is service:
            del self._open[connector]

    def find(self, connector: str) -> Answers | None:
        """Return who answers under a name; None where nobody does."""
        return self._open.get(connector)

    async def is_reached(self) -> bool:
        """Say whether a call through the port is answered: what stands before it is not seen."""
        if self.port is None:
            return False
        try:
            async with asyncio.timeout(REACH_SECONDS):
                return await _is_answered(self.port)
        except (OSError, TimeoutError):
            return False

    def app(self) -> Starlette:
        """Return the web application."""
        return Starlette(routes=[Route("/in/{connector}{path:path}", self._call, methods=_METHODS)])

    async def _call(self, call: Call) -> Response:
        service = self._open.get(call.path_params["connector"])
        if service is None:
            return _problem(404, "no_connector")
        try:
            body = await self._read(call)
        except _TooLarge as error:
            return _problem(error.status, "too_large")
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            answer = await service.answer(_request(call, body))
        except AdapterError as error:
            return _told(error)
        except Exception as error:  # noqa: BLE001  (a fault of ours: the caller is told to come again)
            _log.error("service_fault", connector=call.path_params["connector"], exc_info=True)
            del error
            return _problem(503, "unavailable")
        finally:
            self._reading -= len(body)
        return Response(
            answer.body,
            status_code=answer.status,
            headers=dict(answer.headers),
            media_type=answer.content_type,
        )

    async def _read(self, call: Call) -> bytes:
        told = call.headers.get("content-length", "")
        if told.isdigit() and int(told) > MAX_REQUEST:
            raise _TooLarge(413)
        pieces, size = [], 0
        try:
            async for piece in call.stream():
                size, self._reading = size + len(piece), self._reading + len(piece)
                self._bound(size)
                pieces.append(piece)
        except BaseException:
            self._reading -= size
            raise
        return b"".join(pieces)

    def _bound(self, size: int) -> None:
        if size > MAX_REQUEST:
            raise _TooLarge(413)
        if self._reading > UNDER_WAY:
            raise _TooLarge(503)


class _TooLarge(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _request(call: Call, body: bytes) -> Request:
    return Request(
        method=call.method,
        path=call.path_params["path"] or "/",
        query=dict(call.query_params),
        headers=dict(call.headers),
        body=body,
    )


def _told(error: AdapterError) -> Response:
    """Make of an error what the caller does next: mend it, slow down, or come again."""
    if isinstance(error, Reject):
        return _problem(400, error.code)
    if isinstance(error, Backpressure):
        return _problem(429, error.code, after=error.after)
    return _problem(503, "unavailable", after=getattr(error, "after", None))


def _problem(status: int, code: str, *, after: float | None = None) -> Response:
    # RFC 9457. The detail stays here: it may name what only the operator should know.
    text = {"type": "about:blank", "title": _TEXTS[status], "status": status, "code": code}
    headers = {}
    if status in (429, 503):
        headers["retry-after"] = str(max(1, math.ceil(after or 1)))
    return Response(
        json.dumps(text, ensure_ascii=False).encode(),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


async def _is_answered(port: int) -> bool:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        # No connector stands at this path: nobody's adapter is called.
        writer.write(b"HEAD / HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n")
        return (await reader.readline()).startswith(b"HTTP/1.1 404")
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def listening(counter: Counter, port: int) -> AsyncIterator[int]:
    """Listen on loopback while the block runs; gives the port, also where 0 chose one.

    Raises:
        OSError: the port is taken.
    """
    with socket.create_server((LOOPBACK, port)) as listener:
        server = server_of(counter.app(), DRAIN_SECONDS)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        counter.port = listener.getsockname()[1]
        try:
            yield counter.port
        finally:
            counter.port = None
            server.should_exit = True
            await serving
