"""What binds a session to the hub's own console: its cookie, its origin, its token."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.api.addresses import Networks
from hub.api.problems import Code, Problem
from hub.control.people.sessions import ABSOLUTE, csrf_of

CSRF_HEADER: Final = "x-csrf-token"

BACKGROUND_HEADER: Final = "x-hub-background"
"""A page that refreshes by itself sends it: that nobody is there must end the session too."""
EVENT_STREAM: Final = "text/event-stream"

_SECURE: Final = "__Host-hub"
"""With this prefix browsers insist on TLS, this host alone, the whole site (RFC 6265bis, 4.1.3)."""
_PLAIN: Final = "hub-loopback"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MAX_SECRET: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """How people's browsers reach the hub."""

    public_url: str | None = None
    """`https://…`, without a path; None: this machine's own browser only, without TLS."""
    proxies: Networks = ()
    """Whose word about where a request came from counts: `hub.api.addresses`."""

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.public_url is not None

    def cookie(self, kind: str = "") -> str:
        """Return the name of a cookie; without a kind, that of the session."""
        name = _SECURE if self.secure else _PLAIN
        return f"{name}-{kind}" if kind else name

    def secret(self, connection: HTTPConnection, kind: str = "") -> str:
        """Return the value of a cookie; empty without one."""
        found = connection.cookies.get(self.cookie(kind), "")
        return found if len(found) <= _MAX_SECRET or kind else ""

    def origin(self, connection: HTTPConnection) -> str:
        """Return the one origin that the console has.

        Raises:
            Problem: 403: people come from elsewhere, and no address is set for that.
        """
        if self.public_url is not None:
            return self.public_url
        # Compared with names of this machine: a name that an attacker's DNS points here is none.
        host = connection.headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in _LOOPBACK:
            raise Problem(
                403,
                Code.CSRF_REFUSED,
                "the console answers on this machine only; set HUB_API_PUBLIC_URL=https://… "
                "to serve it behind a proxy that ends TLS",
            )
        return f"http://{host}"

    def expect_own(self, connection: HTTPConnection) -> None:
        """Return if a request comes from the console's own pages.

        Raises:
            Problem: 403.
        """
        if connection.headers.get("origin") != self.origin(connection):
            raise Problem(403, Code.CSRF_REFUSED, "the header Origin is not the console's")

    def expect_token(self, connection: HTTPConnection, secret: str) -> None:
        """Return if an unsafe request of a session carries its token, from the console's pages.

        Raises:
            Problem: 403.
        """
        self.expect_own(connection)
        token = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(token.encode(), csrf_of(secret).encode()):
            raise Problem(403, Code.CSRF_REFUSED, f"{CSRF_HEADER} is not the one of /ops/me")

    def keep(self, response: Response, secret: str, lasts: timedelta = ABSOLUTE) -> None:
        """Let the browser keep a session's secret, where no script can read it."""
        # Strict: no other site's link or form ever carries it. The console's pages are public and
        # ask for everything by requests of their own, which are of the same site.
        self.set(response, "", secret, int(lasts.total_seconds()), "strict")

    def set(
        self,
        response: Response,
        kind: str,
        value: str,
        seconds: int,
        same_site: Literal["strict", "lax"],
    ) -> None:
        """Set a cookie."""
        response.set_cookie(
            self.cookie(kind),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite=same_site,
        )

    def forget(self, response: Response, kind: str = "") -> None:
        """Take a cookie away."""
        response.delete_cookie(
            self.cookie(kind), path="/", secure=self.secure, httponly=True, samesite="strict"
        )
