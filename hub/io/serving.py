"""How the hub serves HTTP: its API, and the services of connectors that foreign systems call."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import uvicorn

KEEP_ALIVE_SECONDS: Final = 75
"""How long an idle connection is kept: longer than clients and reverse proxies keep theirs (httpx
5 s, nginx 60 s). Where the server lets go first, a request that is just on its way gets no answer,
and nobody knows whether it was taken."""

BACKLOG: Final = 2048
"""Connections that may wait to be accepted: a province's systems reconnect all at once."""


class Server(uvicorn.Server):
    """Signals belong to the caller: uvicorn would end the process before its stores are closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(app: Any, drain_seconds: int) -> Server:
    """Return a server for an ASGI application.

    Requests under way may take `drain_seconds` after the stop.
    """
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        backlog=BACKLOG,
        log_config=None,
        # One line per message would cost more than the message, and a caller's address may hold
        # personal values (invariant 9).
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `hub.api.addresses` says whose word about an address counts.
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=drain_seconds,
    )
    return Server(config)
