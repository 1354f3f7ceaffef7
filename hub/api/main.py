"""The API process: serve until asked to stop, then finish what is under way."""

import asyncio
import socket
from typing import Final

from hub.api.app import create_app
from hub.api.deps import Deps
from hub.api.hot import HotPath
from hub.api.settings import ApiSettings
from hub.io.serving import BACKLOG, Server, server_of

DRAIN_SECONDS: Final = 20
"""How long requests that are under way may take after the stop: a write takes at most 10."""

_SOCKET_MODE: Final = 0o660
"""The proxy's group may speak to the socket; nobody else."""


async def run(deps: Deps, settings: ApiSettings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set or this is cancelled; then drain and return.

    Raises:
        OSError: the address cannot be listened on.
    """
    # Bound here: uvicorn would end the whole process where the port is taken.
    with _listen(settings) as listener:
        server = server_of(HotPath(create_app(deps), deps.metrics), DRAIN_SECONDS)
        await _serve(server, listener, deps, stop)


async def _serve(server: Server, listener: socket.socket, deps: Deps, stop: asyncio.Event) -> None:
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
