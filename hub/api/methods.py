"""The first path that fits names the resource; a method that it does not take is 405 (RFC 9110).

Left to itself the framework looks on for another path: `GET …/{id}:withdraw` would be the status of
a message with an impossible id, and 422. It would also name the methods of one route alone.
"""

import re
from collections.abc import Iterable
from typing import Final

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.problems import Code, Problem

_ALLOW: Final = "allow"


class MethodsFirst:
    """ASGI middleware over `routes`, which are in the order in which the app looks at them."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._known: dict[re.Pattern[str], set[str]] = {}
        for route in routes:
            if isinstance(route, Route):
                self._known.setdefault(route.path_regex, set()).update(route.methods or ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        methods = self._methods(scope["path"]) if scope["type"] == "http" else None
        if methods is None or scope["method"] in methods:
            await self._app(scope, receive, send)
            return
        allow = {_ALLOW: ", ".join(sorted(methods))}
        await Problem(405, Code.METHOD_NOT_ALLOWED, headers=allow).response()(scope, receive, send)

    def _methods(self, path: str) -> set[str] | None:
        found = (methods for pattern, methods in self._known.items() if pattern.match(path))
        return next(found, None)
