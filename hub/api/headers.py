"""What every answer tells browsers not to do. For machines it is a few bytes."""

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final[Mapping[str, str]] = {
    # What is not named below is not loaded at all: objects, frames, workers, media.
    "default-src": "'none'",
    # Files of the hub alone. No inline script: a name with a script in it stays a name.
    "script-src": "'self'",
    # No inline style either: CSS can read attributes and send them away.
    "style-src": "'self'",
    # data: for small images that the console draws itself (icons, QR codes).
    "img-src": "'self' data:",
    # The console asks and streams from the hub alone: nothing stolen can be sent elsewhere.
    "connect-src": "'self'",
    "font-src": "'self'",
    # No other page shows the console in a frame and lays its own buttons over it.
    "frame-ancestors": "'none'",
    # No injected <base> turns the addresses of the console's files to somebody else's.
    "base-uri": "'none'",
    # A form that is injected cannot send what is typed to somebody else.
    "form-action": "'self'",
}
"""Directive to sources, each with its reason (CSP level 3)."""

_ALWAYS: Final[Mapping[str, str]] = {
    "content-security-policy": "; ".join(
        f"{name} {sources}" for name, sources in CONTENT_SECURITY_POLICY.items()
    ),
    # A body that is looked at as a download must not be guessed to be a page.
    "x-content-type-options": "nosniff",
    # Addresses name business keys: they stay here.
    "referrer-policy": "no-referrer",
    # For browsers older than frame-ancestors.
    "x-frame-options": "DENY",
    # No other site embeds what is served here, nor keeps a handle on the console's window.
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_HSTS: Final = ("strict-transport-security", "max-age=31536000")
"""A year: longer than anybody stays away. Only where browsers come by TLS."""

_FOR_PEOPLE: Final = ("/ops", "/v1/admin")
_NO_STORE: Final = ("cache-control", "no-store")
"""What people see is theirs: it stays in no cache, not even after they signed out."""


def always(*, secure: bool = False) -> dict[str, str]:
    """Return the headers of every answer."""
    return dict(_ALWAYS) | (dict([_HSTS]) if secure else {})


class SecurityHeaders:
    """ASGI middleware that adds the headers; what an answer has set itself stays."""

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        headers = always(secure=secure)
        self._headers = [(name.encode(), text.encode()) for name, text in headers.items()]
        self._no_store = (_NO_STORE[0].encode(), _NO_STORE[1].encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = self._headers
        if scope["path"].startswith(_FOR_PEOPLE):
            added = [*added, self._no_store]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                more = [header for header in added if header[0] not in present]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self._app(scope, receive, guarded)
