"""`/ops/groups`: which roles the groups of the identity provider give."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field, StringConstraints

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer, Asked
from hub.api.ops_user_models import GrantModel, Grants
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.fields import Reason
from hub.control.people.accounts import kept_grants
from hub.control.people.groups import MAX_NAME, GroupRoles

router: Final = APIRouter(prefix="/ops/groups", tags=["people"], route_class=AdminRoute)

TheStaff = Annotated[Staff, Depends(staff_of)]
_SAMPLE: Final[dict[str, Any]] = {
    "group": "truc-ban",
    "grants": [{"role": "operator"}],
    "reason": "Nhóm trực ban (mẫu)",
}


class ProviderGroupRequest(Asked):
    """The roles that a group shall give, and no others; none: it gives nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAMPLE]})

    group: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
    grants: Grants
    reason: Reason


class ProviderGroupAnswer(Answer):
    """What a group gives."""

    group: str
    grants: list[GrantModel]
    set_by: Annotated[str | None, Field(description="None: the hub's settings.")]
    set_at: datetime | None


class ProviderGroupListAnswer(Answer):
    """All groups that were set. Any other gives nothing."""

    items: list[ProviderGroupAnswer]


class ProviderGroupSetAnswer(Answer):
    """What each group gives now, and the number of what waits for a second person."""

    items: list[ProviderGroupAnswer]
    waiting: str | None


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_USERS))])
async def groups(staff: TheStaff) -> ProviderGroupListAnswer:
    """Return what each group gives, by name."""
    return ProviderGroupListAnswer(items=await _shown(staff))


@router.post("", responses=problems(s400="The body is not JSON", s413="The body is too large"))
async def put(
    staff: TheStaff,
    asked: ProviderGroupRequest,
    manager: Annotated[Person, Depends(require(Action.MANAGE_USERS))],
) -> ProviderGroupSetAnswer:
    """Let a group give these roles and no others; more than before needs a second person."""
    grants = [one.grant() for one in asked.grants]
    waiting = await staff.groups.put(asked.group, grants, actor=manager.name, reason=asked.reason)
    return ProviderGroupSetAnswer(
        items=await _shown(staff), waiting=None if waiting is None else waiting.id
    )


async def _shown(staff: Staff) -> list[ProviderGroupAnswer]:
    return [_answer(one) for one in await staff.groups.listed()]


def _answer(one: GroupRoles) -> ProviderGroupAnswer:
    grants = [GrantModel.model_validate(grant) for grant in kept_grants(one.grants)]
    return ProviderGroupAnswer(group=one.group, grants=grants, set_by=one.set_by, set_at=one.set_at)
