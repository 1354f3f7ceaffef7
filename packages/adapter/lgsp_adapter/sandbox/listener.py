"""One ASGI server on the loopback: bounded in start and stop, signals left to the caller."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

LOOPBACK: Final = "127.0.0.1"
START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 1
"""Drain before connections are cut. A hanging answer must not hold a test up."""


class Listener:
    """A server that can be started again on the same port."""

    def __init__(self, app: ASGIApp, port: int, tls: ssl.SSLContext | None) -> None:
        self.port = port
        self._app, self._tls = app, tls
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; return once calls are answered.

        Raises:
            OSError: the port is taken.
            TimeoutError: the server did not start.
        """
        listening = socket.create_server((LOOPBACK, self.port))
        self.port = listening.getsockname()[1]
        self._server = _Server(_config(self._app, self._tls))
        self._serving = asyncio.create_task(_serve(self._server, listening))
        ready = asyncio.create_task(self._server.ready.wait())
        async with asyncio.timeout(START_SECONDS):
            await asyncio.wait((ready, self._serving), return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """End; what hangs is cut."""
        if self._server is not None and self._serving is not None:
            self._server.ended.set()
            await self._serving
        self._server = self._serving = None


class _Server(uvicorn.Server):
    """Starts and stops by events: uvicorn looks ten times a second, which a thousand tests feel.

    Signals belong to the caller: a test's process must not lose its own handlers.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready, self.ended = asyncio.Event(), asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        while not self.ended.is_set():
            await self.on_tick(0)  # Sets the Date of the answers.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in (*self.servers, *(sockets or ())):
            each.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                # uvicorn has no event that says so.
                while state.connections or state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()


async def _serve(server: _Server, listening: socket.socket) -> None:
    with listening:
        await server.serve(sockets=[listening])


def _config(app: ASGIApp, tls: ssl.SSLContext | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        interface="asgi3",  # A bound method is taken for ASGI 2 otherwise.
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # Answers broken on command are no errors of the server.
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    config.load()
    if tls is not None:
        config.ssl = tls
    return config
