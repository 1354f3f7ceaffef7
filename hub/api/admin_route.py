"""The route class of the control plane: who asks, and whether he may, before the body is read."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message

from hub.api.addresses import address_of
from hub.api.admin_problems import of_change, of_named
from hub.api.problems import Code, Problem
from hub.api.rights import right_of
from hub.control.refusals import ChangeRefused
from hub.control.trail import asked_from

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""Largest change set: 25,000 changes of some 600 bytes, and a schema or two, twice over."""

PUBLIC_BODY_BYTES: Final = 16 * 1024
"""Largest body of a route that asks for nothing: a name and a password, many times over."""

_MAX_ERRORS: Final = 20
_MAX_TEXT: Final = 200

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class AdminRoute(APIRoute):
    """Asks for the declared right and bounds the body before FastAPI parses it.

    FastAPI reads and parses a body before it looks at dependencies: without this, a stranger
    could make the hub parse whatever he likes. A route that declares no right is not made.
    """

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler behind the two checks."""
        right = right_of(self)
        inner = super().get_route_handler()
        # A route that documents 404 names in its path what it is about; elsewhere the body does.
        refusal = of_named if HTTPStatus.NOT_FOUND in self.responses else of_change

        async def handler(request: Request) -> Response:
            with asked_from(address_of(request)):
                return await guarded(request)

        async def guarded(request: Request) -> Response:
            if right is not None:
                await right(request)
            most = PUBLIC_BODY_BYTES if right is None else MAX_BODY_BYTES
            whole = await bounded(request, most)
            try:
                return await inner(whole)
            except ChangeRefused as refused:
                raise refusal(refused) from refused
            except RequestValidationError as error:
                raise _problem(error) from error
            except HTTPException as error:
                raise Problem(error.status_code, Code.INVALID_REQUEST, "not JSON") from error

        return handler


async def bounded(request: Request, most: int) -> Request:
    """Return the request with its body read, of at most `most` bytes.

    Raises:
        Problem: 413; 400 when the client went away.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Problem(413, "too_large", f"at most {most} bytes at once")
    except ClientDisconnect as error:
        raise Problem(400, Code.BODY_INCOMPLETE) from error

    async def replay() -> Message:
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return Request(request.scope, replay)


def _problem(error: RequestValidationError) -> Problem:
    errors = [
        {
            "place": "/".join(str(part) for part in found["loc"][1:])[:_MAX_TEXT],
            "rule": str(found["msg"])[:_MAX_TEXT],
        }
        for found in error.errors()[:_MAX_ERRORS]
    ]
    return Problem(422, Code.INVALID_REQUEST, extra={"errors": errors})
