"""The citizen's look-up: `GET /public/dossier`, and `/tra-cuu` as a page."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Query, Request
from lgsp_message.limits import MAX_TEXT_CHARS
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from hub.api.addresses import address_of
from hub.api.admin_models import problems
from hub.api.ops import public_page as page
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.dossier import Dossier, find_dossier
from hub.api.ops.rates import Tries
from hub.api.problems import Code, Problem
from hub.ports import Unavailable
from hub.signing.lookup_secrets import is_lookup_secret

router: Final = APIRouter(tags=["public"])

MAX_FORM: Final = 4_096
MAX_SECRET: Final = 40

TheOps = Annotated[Ops, Depends(ops_of)]
CodeText = Annotated[str, Query(min_length=1, max_length=MAX_TEXT_CHARS)]
SecretText = Annotated[str, Query(min_length=1, max_length=MAX_SECRET)]

_FOUND: Final[dict[str, Any]] = {
    "code": "H99.22-261128-0001",
    "state": "received",
    "vi": "Hồ sơ đã được tiếp nhận.",
    "en": "The dossier has been received.",
    "since": "2026-11-28T02:00:01Z",
    "who": {"vi": "Cơ quan giải quyết: UBND xã Mẫu", "en": "The agency: UBND xã Mẫu"},
    "by": "2026-12-05T10:00:00Z",
    "overdue": False,
}
_OPEN: Final[dict[str, Any]] = {"security": []}
"""In the OpenAPI document: no token is asked for."""


class Both(BaseModel):
    """The same in Vietnamese and English."""

    vi: str
    en: str


class DossierAnswer(BaseModel):
    """Where a dossier stands. Never a name, a body, or an id of a message."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FOUND]})

    code: str
    state: str
    vi: str
    en: str
    since: datetime
    who: Both
    by: datetime | None
    overdue: bool


@router.get(
    "/public/dossier",
    openapi_extra=_OPEN,
    responses={
        status: told
        for status, told in problems(
            s404="No such dossier, or another secret", s429="Too many tries"
        ).items()
        if status != 401  # noqa: PLR2004  (nobody is asked who he is)
    },
)
async def public_dossier(
    request: Request, ops: TheOps, code: CodeText, secret: SecretText, response: Response
) -> DossierAnswer:
    """Return where a dossier stands, to who holds the secret from its slip."""
    found = await _look_up(request, ops, code, secret)
    response.headers["cache-control"] = "no-store"
    return DossierAnswer(
        code=found.code,
        state=found.stand.state,
        vi=found.stand.vi,
        en=found.stand.en,
        since=found.since,
        who=Both(vi=found.who[0], en=found.who[1]),
        by=found.by,
        overdue=found.overdue,
    )


@router.get(page.STYLE_PATH, include_in_schema=False)
async def style() -> Response:
    """Return the page's style: a file of its own, because the policy allows no inline style."""
    return Response(
        page.STYLE, media_type="text/css", headers={"cache-control": "public, max-age=86400"}
    )


@router.get(page.PATH, include_in_schema=False)
async def show(
    request: Request,
    ops: TheOps,
    code: str | None = None,
    secret: str | None = None,
    kiosk: str | None = None,
) -> Response:
    """Return the form; with code and secret, as a QR code has them, the answer.

    `kiosk`: for a touch screen that everybody uses: larger, and an answer does not stay on it.
    """
    if code is None or secret is None:
        return _html(page.form(kiosk=kiosk is not None))
    return await _answered(request, ops, code, secret, kiosk=kiosk is not None)


@router.post(page.PATH, include_in_schema=False)
async def ask(request: Request, ops: TheOps) -> Response:
    """Answer the form. What is typed so does not stand in any address."""
    typed = await _typed(request)
    code, secret = typed.get("code", ""), typed.get("secret", "")
    return await _answered(request, ops, code, secret, kiosk="kiosk" in typed)


async def _answered(request: Request, ops: Ops, code: str, secret: str, *, kiosk: bool) -> Response:
    shown = code[:MAX_TEXT_CHARS]
    try:
        found = await _look_up(request, ops, shown, secret[:MAX_SECRET])
        return _html(page.answer(found, kiosk=kiosk))
    except Problem as problem:
        words = page.TOO_OFTEN if problem.status == 429 else page.NOT_FOUND  # noqa: PLR2004
        return _html(page.problem(words, shown, kiosk=kiosk), problem.status, problem.headers)
    except Unavailable:
        return _html(page.problem(page.AWAY, shown, kiosk=kiosk), 503, {"retry-after": "5"})


async def _look_up(request: Request, ops: Ops, code: str, secret: str) -> Dossier:
    """Return a dossier to who has its secret.

    The secret is looked at first, and nothing else where it is wrong: for an unknown code and for
    a wrong secret the hub does the very same, so the time tells nothing either.

    Raises:
        Problem: 404, 429.
        Unavailable: SQL does not answer.
    """
    code = unicodedata.normalize("NFC", code.strip())
    _count(ops.tries, address_of(request) or "", code)
    good = is_lookup_secret(ops.rules().macs, code, secret)
    found = await find_dossier(ops, code) if good and code.isprintable() else None
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return found


def _count(tries: Tries, address: str, code: str) -> None:
    for rates, key in ((tries.by_address, address), (tries.by_code, code)):
        wait = rates.try_(key)
        if wait is not None:
            headers = {"retry-after": str(wait)}
            raise Problem(429, Code.TOO_MANY_REQUESTS, "too many tries", headers=headers)


async def _typed(request: Request) -> dict[str, str]:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FORM:
                raise Problem(413, "too_large")
    except ClientDisconnect as error:
        raise Problem(400, Code.BODY_INCOMPLETE) from error
    try:
        return dict(parse_qsl(body.decode(errors="replace"), max_num_fields=10))
    except ValueError as error:
        raise Problem(422, Code.INVALID_REQUEST) from error


def _html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(text, status, {"cache-control": "no-store"} | (headers or {}))
