"""The API process: serve until asked to stop, then finish what is under way."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn

from hub.api.app import create_app
from hub.api.deps import Deps
from hub.api.hot import HotPath
from hub.api.settings import ApiSettings

DRAIN_SECONDS: Final = 20
"""How long requests that are under way may take after the stop: a write takes at most 10."""

BACKLOG: Final = 2048
"""Connections that may wait to be accepted: a province's systems reconnect all at once."""

_SOCKET_MODE: Final = 0o660
"""The proxy's group may speak to the socket; nobody else."""


class _Server(uvicorn.Server):
    """Signals belong to the caller: uvicorn would end the process before its stores are closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(deps: Deps, settings: ApiSettings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set or this is cancelled; then drain and return.

    Raises:
        OSError: the address cannot be listened on.
    """
    # Bound here: uvicorn would end the whole process where the port is taken.
    with _listen(settings) as listener:
        server = _Server(_config(HotPath(create_app(deps), deps.metrics)))
        await _serve(server, listener, deps, stop)


async def _serve(server: _Server, listener: socket.socket, deps: Deps, stop: asyncio.Event) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        deps.inboxes.release()  # Long polls and streams end now, with what they have.
        if deps.ops is not None:
            deps.ops.live.release()
        server.should_exit = True
        await serving


def _listen(settings: ApiSettings) -> socket.socket:
    if settings.socket is None:
        return socket.create_server((settings.host, settings.port), backlog=BACKLOG)
    settings.socket.unlink(missing_ok=True)  # Left behind by a process that was killed.
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(settings.socket))
    settings.socket.chmod(_SOCKET_MODE)
    return listener


def _config(app: HotPath) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,  # One line per message would cost more than the message.
        server_header=False,
        proxy_headers=False,  # `hub.api.addresses` says whose word about an address counts.
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
