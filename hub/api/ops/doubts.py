"""After somebody's session or roles have changed, whoever watches is asked about again."""

from collections.abc import AsyncIterator
from typing import Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from hub.api.ops.dependencies import Ops
from hub.api.rights import SAFE_METHODS


async def _doubted(connection: HTTPConnection) -> AsyncIterator[None]:
    yield
    ops: Ops | None = getattr(connection.app.state, "ops", None)
    if ops is not None and connection.scope["method"] not in SAFE_METHODS:
        ops.live.doubt()


DOUBTED: Final = Depends(_doubted)
"""For a router whose writes may end somebody's session or take away roles."""
