"""`/ops/config`: the configuration as a file, and what such a file would change here."""

from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from starlette.responses import Response

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.changes import MAX_CHANGES, Change
from hub.control.service import Control
from hub.control.transfer import Outcome, Transfer, expect_taken

router: Final = APIRouter(prefix="/ops/config", tags=["operators"], route_class=AdminRoute)

TheControl = Annotated[Control, Depends(control_of)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Reader = Annotated[Person, Depends(require(Action.VIEW_RULES))]
# It changes nothing, so read-only mode does not stop it.
Changer = Annotated[Person, Depends(require(Action.CHANGE_RULES, writes=False))]

_DIRECTORY: Final = ("organisation", "code", "group", "competence", "system")
_RULES: Final = ("endpoint", "right", "document_policy")


def _taken(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    expect_taken(changes)
    return changes


class ConfigFile(BaseModel):
    """A file as `GET /ops/config` makes it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "format": "lgsp-hub-config/1",
                    "hub": "lgsp-h99",
                    "version": 12,
                    "hash": "0f" * 32,
                    "changes": [
                        {
                            "change": "put_organisation",
                            "id": "so-mau",
                            "name": "Sở Mẫu",
                            "level": "province",
                            "parent": None,
                            "state": "active",
                        }
                    ],
                }
            ]
        },
    )

    format: Literal["lgsp-hub-config/1"]
    hub: Annotated[str, StringConstraints(max_length=64)]
    version: Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]
    hash: Annotated[str, StringConstraints(max_length=128)]
    changes: Annotated[
        tuple[Change, ...], Field(min_length=1, max_length=MAX_CHANGES), AfterValidator(_taken)
    ]


class LineAnswer(Answer):
    """One entity of a file, and what is here."""

    entity: str
    outcome: Outcome
    before: dict[str, Any] | None
    """As a change; null: there is none here."""
    after: dict[str, Any]


class RefusalAnswer(Answer):
    """Why the hub would not take the file."""

    code: str
    detail: str
    place: str


class ReportAnswer(Answer):
    """What a file would do. Hand the changes in by `POST /v1/admin/changes` to do it."""

    version: int
    """Of the rules that it was held against."""
    lines: list[LineAnswer]
    refusal: RefusalAnswer | None


@router.get(
    "",
    responses=problems() | {200: {"description": "The file", "content": {"application/json": {}}}},
    response_class=Response,
)
async def export(control: TheControl, staff: TheStaff, person: Reader) -> Response:
    """Return the configuration as a file: no keys, no secrets, no approvals of a second person."""
    # Before the first byte: who takes it away stands in the trail.
    await staff.audit.record(person.name, "export_config", "hub/config")
    seen = person.scope(Action.VIEW_CONNECTORS).whole
    kinds = (*_DIRECTORY, *_RULES, *(("connector",) if seen else ()))
    found = await Transfer(control).export(kinds)
    name = f"hub-config-{found['hub']}-{found['version']}.json"
    return Response(
        orjson.dumps(found, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.post(
    ":preview",
    responses=problems(s400="The body is not JSON", s413="The body is too large"),
)
async def preview(control: TheControl, file: ConfigFile, _: Changer) -> ReportAnswer:
    """Return what a file would change here, and what it would undo. Nothing is changed."""
    found = await Transfer(control).report(file.version, file.hash, file.changes)
    return ReportAnswer.model_validate(found)
