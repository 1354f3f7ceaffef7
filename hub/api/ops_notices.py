"""`/ops/profile/notices`: where somebody wants to be told of alerts himself."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import ConfigDict
from starlette.requests import HTTPConnection

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.scope import organisations
from hub.api.ops_alerts import ChannelFields
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import staff_of
from hub.control.own_notices import Notices, OwnNotices
from hub.control.service import Control
from hub.indicators.alerting import ANY, Severity

router: Final = APIRouter(prefix="/ops/profile/notices", tags=["people"], route_class=AdminRoute)

TheControl = Annotated[Control, Depends(control_of)]
Looker = Annotated[Person, Depends(require(Action.VIEW_ALERTS, scoped=True))]
_BODY: Final = {"s400": "The body is not JSON", "s413": "The body is too large"}


class NoticesRequest(ChannelFields):
    """Where to, and of what: `*` is everything that one may see."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "email",
                    "target": "binh@mau.example",
                    "organisation": "*",
                    "least": "critical",
                }
            ]
        }
    )


class NoticesAnswer(Answer):
    """Where somebody is told of alerts; all null: nowhere."""

    kind: str | None = None
    target: str | None = None
    organisation: str | None = None
    least: Severity | None = None


@router.get("", responses=problems())
async def own(control: TheControl, person: Looker) -> NoticesAnswer:
    """Return where one is told of alerts oneself."""
    found = await Notices(control).of(person.name)
    return NoticesAnswer() if found is None else NoticesAnswer.model_validate(found)


@router.put("", responses=problems(**_BODY, s404="He has no account"))
async def be_told(
    connection: HTTPConnection, control: TheControl, asked: NoticesRequest, person: Looker
) -> NoticesAnswer:
    """Be told of alerts, as long as one may see them."""
    if await staff_of(connection).people.find(person.name) is None:
        raise Problem(404, Code.NOT_FOUND, "a token without an account is nobody to tell")
    mine = organisations(person, Action.VIEW_ALERTS)
    if mine is not None and asked.organisation not in {ANY, *mine}:
        raise await denied(connection, person, Action.VIEW_ALERTS, place="organisation")
    wanted = OwnNotices(**asked.model_dump())
    await Notices(control).set(person.name, wanted)
    return NoticesAnswer.model_validate(wanted)


@router.delete("", responses=problems())
async def be_left_alone(control: TheControl, person: Looker) -> NoticesAnswer:
    """Be told of nothing more. Safe to repeat."""
    await Notices(control).set(person.name, None)
    return NoticesAnswer()
