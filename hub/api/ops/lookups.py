"""`/v1/dossiers/lookup`: the secret for the citizen's slip, for systems that know the dossier."""

import io
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from hub.api.admin_models import problems
from hub.api.callers import Calling
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.fields import BusinessKey
from hub.api.ops.public_page import PATH
from hub.api.problems import Code, Problem
from hub.api.staff import Staff, staff_of
from hub.io.sql.message_filter import Filter, Viewer
from hub.io.sql.message_lists import MessageLists
from hub.signing.lookup_secrets import lookup_secret

router: Final = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])

TheOps = Annotated[Ops, Depends(ops_of)]
TheStaff = Annotated[Staff, Depends(staff_of)]

_SLIP: Final[dict[str, Any]] = {
    "code": "H99.22-261128-0001",
    "secret": "7K3F-9QXM-2TGA",
    "path": "/tra-cuu?code=H99.22-261128-0001&secret=7K3F-9QXM-2TGA",
}
_NONE: Final = "No message with this business key that this system sent or received"
_SVG: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A QR code with the address of the look-up",
        "content": {"image/svg+xml": {"schema": {"type": "string"}}},
    }
}


class Slip(BaseModel):
    """What the receiving agency prints on the citizen's slip."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SLIP]})

    code: str
    secret: Annotated[str, Field(pattern=r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$")]
    path: str


@router.get("/lookup", responses=problems(s404=_NONE))
async def lookup(ops: TheOps, caller: Calling, code: BusinessKey, response: Response) -> Slip:
    """Return the secret with which this dossier's citizen looks it up."""
    response.headers["cache-control"] = "no-store"
    return await _slip(ops, caller.system, code)


@router.get(
    "/lookup.svg",
    response_class=Response,
    responses=problems(s404=_NONE, s403="The hub's public address is not set") | _SVG,
)
async def qr_code(
    request: Request, ops: TheOps, staff: TheStaff, caller: Calling, code: BusinessKey
) -> Response:
    """Return the look-up's address as a QR code."""
    slip = await _slip(ops, caller.system, code)
    # Never from the request's own words: who asks could print another site's address on a slip.
    address = staff.browser.origin(request) + slip.path
    drawn = io.BytesIO()
    # M: a slip is folded and stamped; 15 % of it may be lost.
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=4, xmldecl=False)
    return Response(
        drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"}
    )


async def _slip(ops: Ops, system: str, code: str) -> Slip:
    """Return a slip, to a system that is part of the dossier.

    Raises:
        Problem: 404: the same for an unknown code and for somebody else's dossier.
        Unavailable: SQL does not answer.
    """
    seen = (Viewer(systems=frozenset({system})),)
    page = await MessageLists(ops.engine).page(Filter(viewers=seen, subject=code), limit=1)
    if not page.messages:
        raise Problem(404, Code.NOT_FOUND)
    secret = lookup_secret(ops.rules().macs, code)
    return Slip(
        code=code,
        secret=secret,
        path=f"{PATH}?{urlencode({'code': code, 'secret': secret})}",
    )
