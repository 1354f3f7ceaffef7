"""The two routes that every exchange takes, in front of the framework.

FastAPI's own layers (body limit, telemetry, exit stacks, matching one route after the other) cost
more than a third of a message's time in this process. These routes need none of them. They stand
in the app as well, where the OpenAPI document, other methods and every other path are served.
"""

from typing import Final

from fastapi import FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.headers import SecurityHeaders
from hub.api.inbox import get_inbox
from hub.api.messages import post_message
from hub.api.metrics import ApiMetrics, CountRequests

_ENDPOINTS: Final = {("POST", "/v1/messages"): post_message, ("GET", "/v1/inbox"): get_inbox}


class HotPath:
    """ASGI: a hot route, or the app."""

    def __init__(self, app: FastAPI, metrics: ApiMetrics) -> None:
        self._app = app
        self._hot = {
            request: SecurityHeaders(
                CountRequests(_handled(app, request_response(endpoint)), metrics)
            )
            for request, endpoint in _ENDPOINTS.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = (scope.get("method", ""), scope.get("path", ""))
        hot = self._hot.get(request)
        if hot is None:
            await self._app(scope, receive, send)
            return
        scope["app"], scope["endpoint"] = self._app, _ENDPOINTS[request]
        await hot(scope, receive, send)


def _handled(app: FastAPI, endpoint: ASGIApp) -> ASGIApp:
    """Answer every failure as the app does."""
    handlers = dict(app.exception_handlers)
    bug = handlers.pop(Exception)
    return ServerErrorMiddleware(ExceptionMiddleware(endpoint, handlers=handlers), handler=bug)
