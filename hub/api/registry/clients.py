"""Who uses the registry: a system by its access token, or a person by his own, a session included.

Clients of the registry send Bearer or Basic; with Basic the password is the token, the user's name
is not looked at.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection, Request

from hub.api.deps import deps_of
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, denied, expect_writable, identified
from hub.api.staff import holder
from hub.api.tokens import TokenRefused

REASON_HEADER: Final = "hub-reason"
"""Why a person changes something; registry clients have no field for it (invariant 11)."""
MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who asks."""

    name: str
    person: Person | None
    """None: it is a system, which reads."""


async def client_of(request: Request) -> Client:
    """Return who asks: any active system, or a person who may see the rules.

    Raises:
        Problem: 401, 403.
        Unavailable: SQL is away.
    """
    token = _token(request)
    if token is not None:
        system = _system(request, token)
        if system is not None:
            return Client(name=system, person=None)
    person = await (identified(request) if token is None else _person(request, token))
    if not person.scope(Action.VIEW_RULES).whole:
        raise await denied(request, person, Action.VIEW_RULES)
    return Client(name=person.name, person=person)


async def expect_publisher(request: Request, client: Client) -> str:
    """Return the name of somebody who may change schemas and levels.

    Raises:
        Problem: 403.
    """
    if client.person is None:
        detail = "systems read here; whoever may publish schemas registers them"
        raise Problem(403, Code.FORBIDDEN, detail)
    if not client.person.scope(Action.PUBLISH_SCHEMAS).whole:
        raise await denied(request, client.person, Action.PUBLISH_SCHEMAS)
    await expect_writable(request)
    return client.name


def reason_of(request: Request, otherwise: str) -> str:
    """Return why: the header, or what was done through which door."""
    told = request.headers.get(REASON_HEADER, "").strip()[:MAX_REASON]
    return told or f"registry API: {otherwise}"


async def _person(request: Request, token: str) -> Person:
    person = await holder(request, token)
    if person is None:
        headers = {"www-authenticate": 'Basic realm="hub-registry"'}
        detail = "the token is nobody's, or is no longer good"
        raise Problem(401, Code.UNAUTHORIZED, detail, headers=headers)
    return person


def _token(connection: HTTPConnection) -> str | None:
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _password(value.strip())
    if scheme.lower() == "bearer":
        return value.strip()
    return "" if scheme else None


def _password(value: str) -> str:
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return decoded.partition(":")[2]


def _system(request: Request, token: str) -> str | None:
    try:
        return deps_of(request).tokens.caller(token).system
    except TokenRefused:
        return None
