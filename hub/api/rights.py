"""The one place where the API asks who somebody is and whether he may (invariant 11).

A route declares its right as a dependency:

    async def retry(person: Annotated[Person, Depends(require(Action.RETRY))]) -> …

`hub.api.admin_route.AdminRoute` finds the declaration when the route is made, refuses to make a
route without one, and asks before the body is read.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Final

import structlog
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from hub.api.problems import Code, Problem
from hub.control.people.audit import Audit
from hub.control.people.flags import Flags
from hub.control.people.rights import ROLES, Action, Grant, Person, Role, Scope, Via
from hub.control.trail import Result
from hub.ports import Unavailable

__all__ = [
    "ROLES",
    "Action",
    "Grant",
    "Person",
    "Require",
    "Role",
    "Scope",
    "Via",
    "anyone",
    "denied",
    "expect_writable",
    "require",
    "right_of",
    "signed_in",
]

_log: Final = structlog.get_logger()

_MAX_TARGET: Final = 200
"""As long as the trail keeps the name of a target."""

ON_A_WALL: Final = frozenset(
    {
        *("GET /ops/me", "GET /ops/read-only", "DELETE /ops/session"),
        *("GET /ops/overview", "GET /ops/flow", "GET /ops/lag", "GET /ops/alerts", "GET /ops/live"),
    }
)
"""All that the session of a screen on a wall may ask for: whoever passes by holds its keyboard."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

Identify = Callable[[HTTPConnection], Awaitable[Person | None]]
"""Returns who asks by what the request carries; None for a stranger."""


class Require:
    """A dependency that lets through who may do one of `actions`, and returns who it is.

    `scoped`: the route narrows what it shows and does to `person.scope(action)` itself. Without
    it only a role that counts for the whole hub is enough.
    """

    def __init__(self, actions: tuple[Action, ...], *, scoped: bool, writes: bool | None) -> None:
        self.actions, self.scoped, self.writes = actions, scoped, writes

    async def __call__(self, connection: HTTPConnection) -> Person:
        """Return who asks.

        Raises:
            Problem: 401 for a stranger, 403 without the right.
            Unavailable: SQL is away, and it is not the first administrator's token.
        """
        person = await identified(connection)
        if getattr(connection.state, "asked", None) is self:
            return person  # by the route class, before the body; FastAPI asks again for the value
        if person.wall:
            _expect_on_a_wall(connection)
        if self.actions:
            await self._expect(connection, person)
        if self.is_write(connection.scope["method"]):
            await expect_writable(connection)
        connection.state.asked = self
        return person

    async def _expect(self, connection: HTTPConnection, person: Person) -> None:
        if person.must_change_password:
            raise Problem(403, Code.PASSWORD_CHANGE_NEEDED, "POST /ops/password first")
        if not any(self.allows(person, action) for action in self.actions):
            raise await denied(connection, person, self.actions[0])

    def is_write(self, method: str) -> bool:
        """Say whether read-only mode stops a request with this method."""
        return method not in SAFE_METHODS if self.writes is None else self.writes

    def allows(self, person: Person, action: Action) -> bool:
        """Say whether this person's roles are enough."""
        return person.may(action) if self.scoped else person.scope(action).whole


@cache
def require(*actions: Action, scoped: bool = False, writes: bool | None = None) -> Require:
    """Return the dependency of a route that needs one of `actions`.

    `writes`: whether read-only mode stops it; None: as its method says (POST, PUT, DELETE do).
    """
    return Require(actions, scoped=scoped, writes=writes)


signed_in: Final = require(writes=False)
"""The dependency of a route that everybody who is known may use: it is about himself."""


PUBLIC: Final[dict[str, Any]] = {"security": []}
"""For the OpenAPI document: the route asks for nothing."""


async def anyone() -> None:
    """Let a route be everybody's: declared, so that it is nobody's oversight."""


def right_of(route: APIRoute) -> Require | None:
    """Return what a route declares; None where it is everybody's.

    Raises:
        TypeError: it declares nothing, or two rights.
    """
    declared = [one.call for one in route.dependant.dependencies]
    rights = [call for call in declared if isinstance(call, Require)]
    if len(rights) == 1:
        return rights[0]
    if not rights and anyone in declared:
        return None
    raise TypeError(f"{route.path}: a route declares one right, by `require` or `anyone`")


async def denied(
    connection: HTTPConnection, person: Person, action: Action, *, place: str = ""
) -> Problem:
    """Return the problem of somebody who has no right to this; it stands in the trail."""
    audit: Audit = connection.app.state.staff.audit
    route = getattr(connection.scope.get("route"), "path", "")
    target = f"route/{connection.scope['method']} {route}"[:_MAX_TARGET]
    try:
        # Invariant 11: who tried what he may not is known too.
        await audit.record(person.name, action.value, target, result=Result.DENIED)
    except Unavailable:
        _log.warning("a denial is not in the trail: SQL is away", actor=person.name, right=action)
    return Problem(403, Code.FORBIDDEN, f"this needs the right {action}", place=place)


def _expect_on_a_wall(connection: HTTPConnection) -> None:
    path = getattr(connection.scope.get("route"), "path", "")
    if f"{connection.scope['method']} {path}" not in ON_A_WALL:
        raise Problem(403, Code.WALL_ONLY, "end it there, then sign in")


async def expect_writable(connection: HTTPConnection) -> None:
    """Return if the hub is not in read-only mode.

    Raises:
        Problem: 403.
    """
    flags: Flags = connection.app.state.staff.flags
    if (await flags.read_only()).on:
        raise Problem(403, Code.READ_ONLY, "an administrator turns it off under /ops/read-only")


async def identified(connection: HTTPConnection) -> Person:
    """Return who asks; asked once for each request.

    Raises:
        Problem: 401.
    """
    known: Any = getattr(connection.state, "person", None)
    if isinstance(known, Person):
        return known
    identify: Identify = connection.app.state.identify
    person = await identify(connection)
    if person is None:
        raise Problem(
            401,
            Code.UNAUTHORIZED,
            "sign in, or send the token of an administrator",
            headers={"www-authenticate": 'Bearer realm="hub-admin"'},
        )
    connection.state.person = person
    return person
