"""`/ops/oidc`: sign in at an identity provider (OpenID Connect, authorization code with PKCE)."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Depends, Query, Request
from lgsp_message.keys import b64url, unb64url
from starlette.responses import RedirectResponse, Response

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.problems import Code, Problem, of_unavailable
from hub.api.rights import PUBLIC, anyone
from hub.api.sign_in_page import page_of, wants_page
from hub.api.staff import staff_of
from hub.control.people.arrivals import Arrivals
from hub.io.oidc import OidcRefused, Provider
from hub.ports import Unavailable

router: Final = APIRouter(
    prefix="/ops/oidc", tags=["people"], route_class=AdminRoute, dependencies=[Depends(anyone)]
)

TRANSIT_SECONDS: Final = 600
"""How long somebody may take at the provider: a second factor, a forgotten password."""

_KIND: Final = "oidc"
_SECRET_BYTES: Final = 32
_MAX_COOKIE: Final = 2_000

Text = Annotated[str | None, Query(max_length=4_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The identity provider of this hub, and who may come in by it."""

    provider: Provider
    arrivals: Arrivals
    key: bytes
    """Of the cookie that holds what a browser must bring back; only this hub can make one."""

    @property
    def label(self) -> str:
        """The name on the button."""
        return self.provider.label


@router.get(
    "/start",
    status_code=303,
    response_class=RedirectResponse,
    openapi_extra=PUBLIC,
    responses=problems(s404="No identity provider is set"),
)
async def start(request: Request, to: Annotated[str, Query(max_length=500)] = "/") -> Any:
    """Send the browser to the identity provider; `to` is the console's page to come back to."""
    return await _told(request, _begin(request, to))


async def _begin(request: Request, to: str) -> Response:
    door, browser = _door(request), staff_of(request).browser
    transit = {
        "state": secrets.token_urlsafe(_SECRET_BYTES),
        "nonce": secrets.token_urlsafe(_SECRET_BYTES),
        "verifier": secrets.token_urlsafe(_SECRET_BYTES),
        "until": int(staff_of(request).now().timestamp()) + TRANSIT_SECONDS,
        "to": _own_page(to),
    }
    try:
        url = await door.provider.begin(
            _callback(request),
            state=str(transit["state"]),
            nonce=str(transit["nonce"]),
            verifier=str(transit["verifier"]),
        )
    except OidcRefused as refused:
        raise _refused(str(refused)) from refused
    response = RedirectResponse(url, status_code=303)
    # Lax: it must come along when the provider sends the browser back.
    browser.set(response, _KIND, _sealed(door.key, transit), TRANSIT_SECONDS, "lax")
    return response


@router.get(
    "/callback",
    status_code=303,
    response_class=RedirectResponse,
    openapi_extra=PUBLIC,
    responses=problems(
        s401="What the provider sent back is not good; begin again",
        s403="Known to the provider, but without any right here",
        s404="No identity provider is set",
    ),
)
async def callback(
    request: Request, state: Text = None, code: Text = None, iss: Text = None, error: Text = None
) -> Any:
    """Take what the provider sends back, and sign in whom it knows."""
    back = _Back(state=state, code=code, iss=iss, error=error)
    return await _told(request, _finish(request, back))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    """What the browser brings back."""

    state: str | None
    code: str | None
    iss: str | None
    error: str | None


async def _told(request: Request, answering: Awaitable[Response]) -> Response:
    """Return the answer; what goes wrong as a page, where a person's browser asks."""
    try:
        return await answering
    except (Problem, Unavailable) as error:
        if not wants_page(request):
            raise
        return page_of(error if isinstance(error, Problem) else of_unavailable(error))


async def _finish(request: Request, back: _Back) -> Response:
    door, staff = _door(request), staff_of(request)
    transit = _opened(door.key, staff.browser.secret(request, _KIND))
    _expect_ours(transit, back.state, int(staff.now().timestamp()))
    arrival = await door.arrivals.admit(
        door.provider.issuer, await _claims(request, door, transit, back)
    )
    if arrival is None:
        raise Problem(403, Code.NO_RIGHTS, "no group of yours has a role in this hub")
    secret = await staff.sessions.open(
        arrival.account.name, arrival.grants, instead_of=staff.browser.secret(request)
    )
    response = RedirectResponse(transit["to"], status_code=303)
    staff.browser.keep(response, secret)
    staff.browser.forget(response, _KIND)
    return response


async def _claims(
    request: Request, door: Door, transit: Mapping[str, Any], back: _Back
) -> Mapping[str, Any]:
    if back.error is not None or back.code is None:
        raise _refused("the provider did not let him in")
    if back.iss is not None and back.iss != door.provider.issuer:
        raise _refused("the answer is another provider's")  # RFC 9207: mixed-up providers
    try:
        return await door.provider.finish(
            _callback(request), code=back.code, nonce=transit["nonce"], verifier=transit["verifier"]
        )
    except OidcRefused as refused:
        raise _refused(str(refused)) from refused


def _door(request: Request) -> Door:
    door: Door | None = request.app.state.provider
    if door is None:
        raise Problem(404, Code.NOT_FOUND, "no identity provider is set: HUB_OIDC_ISSUER")
    return door


def _callback(request: Request) -> str:
    return f"{staff_of(request).browser.origin(request)}{router.prefix}/callback"


def _expect_ours(transit: dict[str, Any], state: str | None, now: int) -> None:
    # The cookie binds the answer to the browser that asked: a link with somebody else's code in it
    # signs nobody in.
    if not transit or not hmac.compare_digest(str(transit["state"]).encode(), _bytes(state)):
        raise _refused("the sign-in was begun in another browser, or not at all")
    if int(transit["until"]) < now:
        raise _refused("the sign-in took too long")


def _bytes(text: str | None) -> bytes:
    return (text or "").encode("utf-8", "surrogateescape")


def _refused(detail: str) -> Problem:
    return Problem(401, Code.SIGN_IN_REFUSED, f"{detail}; begin again at /ops/oidc/start")


def _own_page(to: str) -> str:
    """Return the page to come back to: the console's own, or its first one (CWE-601)."""
    parts = urlsplit(to)
    plain = to.isprintable() and to.isascii() and "\\" not in to and to.startswith("/")
    return to if plain and not to.startswith("//") and not (parts.scheme or parts.netloc) else "/"


def _sealed(key: bytes, transit: dict[str, Any]) -> str:
    body = b64url(orjson.dumps(transit))
    return f"{body}.{b64url(_mac(key, body))}"


def _opened(key: bytes, text: str) -> dict[str, Any]:
    body, _, mac = text[:_MAX_COOKIE].partition(".")
    try:
        given = unb64url(mac)
    except ValueError:
        return {}
    if not body or not hmac.compare_digest(_mac(key, body), given):
        return {}
    found: dict[str, Any] = orjson.loads(unb64url(body))
    return found


def _mac(key: bytes, body: str) -> bytes:
    return hmac.digest(
        key, b"hub oidc transit\x00" + body.encode("utf-8", "replace"), hashlib.sha256
    )
