"""`/ops/read-only`: let nobody change anything for a while."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import ConfigDict

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer, Asked
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require, signed_in
from hub.api.staff import Staff, staff_of
from hub.control.fields import Reason

router: Final = APIRouter(prefix="/ops", tags=["people"], route_class=AdminRoute)

TheStaff = Annotated[Staff, Depends(staff_of)]
# Not a write for read-only mode itself: or nobody could turn it off again.
Manager = Annotated[Person, Depends(require(Action.MANAGE_HUB, writes=False))]


class ReadOnlyRequest(Asked):
    """Read-only mode on or off, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": True, "reason": "Đang chuyển máy chủ (mẫu)"}]}
    )

    on: bool
    reason: Reason


class ReadOnlyAnswer(Answer):
    """Whether people may change anything now."""

    on: bool
    fixed: bool
    """True: by a setting; it is turned off with a restart only."""
    by: str | None
    at: datetime | None


@router.get("/read-only", responses=problems(), dependencies=[Depends(signed_in)])
async def read_only(staff: TheStaff) -> ReadOnlyAnswer:
    """Return whether people may change anything now."""
    return ReadOnlyAnswer.model_validate(await staff.flags.read_only())


@router.post(
    "/read-only",
    responses=problems(
        s400="The body is not JSON", s409="A setting holds it on", s413="The body is too large"
    ),
)
async def set_read_only(
    staff: TheStaff, asked: ReadOnlyRequest, manager: Manager
) -> ReadOnlyAnswer:
    """Turn read-only mode on or off. Messages flow as always."""
    if (await staff.flags.read_only()).fixed:
        raise Problem(409, Code.CONFLICT, "HUB_API_READ_ONLY=true holds it on; restart without it")
    await staff.flags.set_read_only(on=asked.on, actor=manager.name, reason=asked.reason)
    return await read_only(staff)
