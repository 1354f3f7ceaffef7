"""`/v1/admin/administrators`: who may use these paths besides the first administrator."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, StringConstraints

from hub.api.admin_dependencies import administrators_of
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer
from hub.api.rights import Action, Person, require
from hub.control.administrators import Administrators
from hub.control.fields import Reason

router: Final = APIRouter(prefix="/v1/admin/administrators", tags=["admin"], route_class=AdminRoute)

_NAME: Final = r"^[a-z][a-z0-9.-]{1,62}$"
AdministratorName = Annotated[str, StringConstraints(pattern=_NAME)]
Named = Annotated[str, Path(pattern=_NAME)]
Everybody = Annotated[Administrators, Depends(administrators_of)]
Manager = Annotated[Person, Depends(require(Action.MANAGE_USERS))]


class AdministratorRequest(BaseModel):
    """Somebody who shall act under a name. The token itself is never sent: only its hash."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"name": "binh", "token_sha256": "0f" * 32, "reason": "Người duyệt thứ hai (mẫu)"}
            ]
        },
    )

    name: AdministratorName
    token_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reason: Reason


class AdministratorAnswer(Answer):
    """An administrator, as the trail names him."""

    name: str
    made_by: str
    made_at: datetime
    revoked_at: datetime | None


class AdministratorsAnswer(BaseModel):
    """All administrators but the first, whose token stands in a file of the hub."""

    items: list[AdministratorAnswer]
    waiting: str | None = None
    """The request that another person has to approve before the token opens anything."""


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_USERS))])
async def administrators(everybody: Everybody) -> AdministratorsAnswer:
    """Return who may use the admin API, and who might once."""
    found = await everybody.all()
    return AdministratorsAnswer(items=[AdministratorAnswer.model_validate(one) for one in found])


@router.post(
    "",
    responses=problems(
        s400="The body is not JSON",
        s409="The name or the token is somebody's",
        s413="The body is too large",
    ),
)
async def add(
    request: AdministratorRequest, everybody: Everybody, manager: Manager
) -> AdministratorsAnswer:
    """Let whoever holds the token act under a name of his own. Safe to repeat."""
    asked = await everybody.add(
        request.name, request.token_sha256, actor=manager.name, reason=request.reason
    )
    found = await administrators(everybody)
    return found if asked is None else found.model_copy(update={"waiting": asked.id})


@router.post(
    "/{name}:revoke",
    responses=problems(
        s400="The body is not JSON", s404="No such administrator", s413="The body is too large"
    ),
)
async def revoke(
    request: ReasonRequest, name: Named, everybody: Everybody, manager: Manager
) -> AdministratorsAnswer:
    """Refuse an administrator's token for ever, within seconds. Safe to repeat."""
    await everybody.revoke(name, actor=manager.name, reason=request.reason)
    return await administrators(everybody)
