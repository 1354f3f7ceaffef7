"""The one place where the API asks who somebody is and whether he may (invariant 11).

A route declares its right as a dependency:

    async def retry(person: Annotated[Person, Depends(require(Action.RETRY))]) -> …

`hub.api.admin_route.AdminRoute` finds the declaration when the route is made, refuses to make a
route without one, and asks before the body is read.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from hub.api.problems import Code, Problem
from hub.control.people.rights import ROLES, Action, Grant, Person, Role, Scope, Via

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
    "require",
    "right_of",
    "signed_in",
]

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
        if self.actions and not any(self.allows(person, action) for action in self.actions):
            raise Problem(403, Code.FORBIDDEN, f"this needs the right {self.actions[0]}")
        return person

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
