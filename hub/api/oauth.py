"""`POST /oauth2/token`: client credentials with a signed assertion (RFC 6749, RFC 7523)."""

from typing import Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import read_body
from hub.api.deps import deps_of
from hub.api.problems import Code, Problem
from hub.api.tokens import MAX_TOKEN_CHARS, TOKEN_SECONDS, TokenRefused

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAX_FORM_BYTES: Final = 2 * MAX_TOKEN_CHARS
_FIELDS: Final = {"grant_type", "client_assertion_type", "client_assertion", "client_id", "scope"}


async def post_token(request: Request) -> Response:
    """Exchange a client assertion for an access token."""
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        raise _refused(400, "unsupported_grant_type", "grant_type is client_credentials")
    if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
        raise _refused(400, "invalid_request", f"client_assertion_type is {ASSERTION_TYPE}")
    try:
        token = await deps_of(request).tokens.exchange(form["client_assertion"])
    except TokenRefused as refused:
        raise _refused(401, "invalid_client", str(refused)) from None
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    return Response(
        orjson.dumps(answer), media_type="application/json", headers={"cache-control": "no-store"}
    )


async def _form(request: Request) -> dict[str, str]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise _refused(415, "invalid_request", "send application/x-www-form-urlencoded")
    body = await read_body(request, _MAX_FORM_BYTES)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), strict_parsing=True, errors="strict", max_num_fields=len(_FIELDS)
        )
    except ValueError:
        raise _refused(400, "invalid_request", "not a form") from None
    form = dict(pairs)
    # RFC 6749, section 3.2: parameters are sent once.
    if len(form) != len(pairs):
        raise _refused(400, "invalid_request", "a field stands twice")
    return form


def _refused(status: int, error: str, detail: str) -> Problem:
    """RFC 6749 clients look for `error`, all others for the problem's `code`."""
    code = Code.INVALID_CLIENT if error == "invalid_client" else Code.INVALID_REQUEST
    headers = {"cache-control": "no-store"}
    if code is Code.INVALID_CLIENT:
        headers["www-authenticate"] = "Bearer"
    return Problem(
        status, code, detail, headers=headers, extra={"error": error, "error_description": detail}
    )
