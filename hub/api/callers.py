"""Who calls: the bearer token of a request."""

from typing import Annotated

from fastapi import Depends, Request

from hub.api.deps import deps_of
from hub.api.problems import Code, Problem
from hub.api.tokens import Caller, TokenRefused


def caller_of(request: Request) -> Caller:
    """Return the system behind the request's access token.

    Raises:
        Problem: 401 `unauthorized`.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorized("send `Authorization: Bearer …` with a token of /oauth2/token")
    try:
        return deps_of(request).tokens.caller(token)
    except TokenRefused as refused:
        raise _unauthorized(str(refused)) from None


def _unauthorized(detail: str) -> Problem:
    headers = {"www-authenticate": 'Bearer error="invalid_token"'}
    return Problem(401, Code.UNAUTHORIZED, detail, headers=headers)


async def _calling(request: Request) -> Caller:
    return caller_of(request)


Calling = Annotated[Caller, Depends(_calling)]
"""A route's parameter: who calls."""
