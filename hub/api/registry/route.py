"""The route class of the registry: who asks, before the body is read; errors in its own form."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from hub.api.admin_route import bounded
from hub.api.problems import Problem
from hub.api.registry import errors
from hub.api.registry.clients import Client, client_of
from hub.api.registry.errors import RegistryError
from hub.control.refusals import ChangeRefused
from hub.ports import Unavailable
from hub.schemas.lint import MAX_SCHEMA_BYTES

PREFIX: Final = "/registry"
"""What clients are given as `schema.registry.url`, after the hub's own address."""

MAX_BODY_BYTES: Final = 6 * MAX_SCHEMA_BYTES + 64 * 1024
"""A schema travels as text inside JSON: each of its bytes may become six (`\\u0022`)."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class RegistryRoute(APIRoute):
    """Asks who it is, bounds the body, and lets no error out in another form."""

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler behind the checks."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                request.state.client = await client_of(request)
                return await inner(await bounded(request, MAX_BODY_BYTES))
            except _TOLD as error:
                return _told(error).response()

        return handler


def _told(error: Exception) -> RegistryError:
    match error:
        case RegistryError():
            return error
        case ChangeRefused():
            return errors.of_refused(error)
        case Problem():
            return errors.of_problem(error)
        case Unavailable():
            return errors.of_away(error)
        case RequestValidationError():
            place = ".".join(str(part) for part in error.errors()[0]["loc"][1:])[:100]
            return RegistryError(422, f"not the documented form at {place}")
        case _:
            return RegistryError(400, "not JSON")


_TOLD: Final = (
    *(RegistryError, ChangeRefused, Problem, Unavailable),
    *(RequestValidationError, HTTPException),
)


def asking(request: Request) -> Client:
    """Return who asks, for a route's parameter."""
    client: Client = request.state.client
    return client
