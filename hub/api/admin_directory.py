"""`/v1/admin/directory`: import organisations from a file, after a look at what it would change."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import StringConstraints

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer
from hub.api.rights import Action, Person, require
from hub.control.directory_files import Format
from hub.control.directory_findings import LEFT_OUT
from hub.control.directory_import import DirectoryImport, closes_many
from hub.control.directory_plan import Plan
from hub.control.fields import Reason
from hub.control.service import Control

router: Final = APIRouter(prefix="/v1/admin/directory", tags=["admin"], route_class=AdminRoute)

MAX_SHOWN: Final = 500
"""Most findings, and most changes, that an answer lists; the counts count all."""

TheControl = Annotated[Control, Depends(control_of)]
TheFormat = Annotated[Format, Query(alias="format")]
CloseMissing = Annotated[bool, Query()]
"""Whether the file is the whole directory: who is not in it is closed."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_ANSWERS: Final = problems(
    s409="It is not what the preview has told, or would close many",
    s413="The file is too large",
)


class FindingAnswer(Answer):
    """Something about one row."""

    place: str
    said: str
    detail: str
    left_out: bool
    """True: the row is not taken. False: it is, and this is worth a look."""


class PlanAnswer(Answer):
    """What a file would change, or has changed."""

    rows: int
    existing: int
    added: int
    altered: int
    closed: int
    changes: int
    asks: bool
    """True: so many would be closed that their number must be given."""
    digest: str
    """Give it to `:import` to do exactly this."""
    left_out: int
    findings: list[FindingAnswer]
    shown: list[dict[str, Any]]
    """The first changes."""


_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(":preview", responses=_ANSWERS, openapi_extra=_FILE)
async def preview(
    connection: Request,
    control: TheControl,
    format_: TheFormat,
    # It changes nothing, so read-only mode does not stop it.
    _person: Annotated[Person, Depends(require(Action.CHANGE_RULES, writes=False))],
    *,
    close_missing: CloseMissing = False,
) -> PlanAnswer:
    """Return what the file in the body would change. Nothing is changed."""
    content = await connection.body()
    found = await DirectoryImport(control).preview(content, format_, close_missing=close_missing)
    return _answer(found)


@router.post(":import", responses=_ANSWERS, openapi_extra=_FILE)
async def import_(
    connection: Request,
    control: TheControl,
    format_: TheFormat,
    person: Annotated[Person, Depends(require(Action.CHANGE_RULES))],
    digest: Annotated[Digest, Query()],
    reason: Annotated[Reason, Query()],
    *,
    close_missing: CloseMissing = False,
    closing: Annotated[int, Query(ge=0)] = 0,
) -> PlanAnswer:
    """Change what the preview with this digest has told, and nothing else. Safe to repeat."""
    found = await DirectoryImport(control).apply(
        await connection.body(),
        format_,
        close_missing=close_missing,
        digest=digest,
        closing=closing,
        actor=person.name,
        reason=reason,
    )
    return _answer(found)


def _answer(found: Plan) -> PlanAnswer:
    findings = [
        FindingAnswer(
            place=one.place, said=one.said.value, detail=one.detail, left_out=one.said in LEFT_OUT
        )
        for one in found.findings[:MAX_SHOWN]
    ]
    return PlanAnswer(
        rows=found.rows,
        existing=found.existing,
        added=found.added,
        altered=found.altered,
        closed=found.closed,
        changes=len(found.changes),
        asks=closes_many(found),
        digest=found.digest,
        left_out=sum(one.said in LEFT_OUT for one in found.findings),
        findings=findings,
        shown=[one.model_dump(mode="json") for one in found.changes[:MAX_SHOWN]],
    )
