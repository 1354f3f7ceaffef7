"""`/ops/users` and `/ops/roles`: who may sign in, and what each may do."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.doubts import DOUBTED
from hub.api.ops_shown import user_shown
from hub.api.ops_user_models import (
    NAME_PATTERN,
    MadeUserAnswer,
    RightAnswer,
    RoleAnswer,
    RoleListAnswer,
    RolesAnswer,
    RolesRequest,
    UserAnswer,
    UserPage,
    UserRequest,
)
from hub.api.problems import Code, Problem
from hub.api.rights import ROLES, Action, Person, require, signed_in
from hub.api.staff import Staff, staff_of
from hub.control.people.accounts import RISKY
from hub.control.people.rights import BOUND_ROLES, MEANINGS, ROLE_NAMES

router: Final = APIRouter(
    prefix="/ops", tags=["people"], route_class=AdminRoute, dependencies=[DOUBTED]
)

After = Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9.-]*$")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Named = Annotated[str, Path(pattern=NAME_PATTERN)]
Manager = Annotated[Person, Depends(require(Action.MANAGE_USERS))]
TheStaff = Annotated[Staff, Depends(staff_of)]

_VIEWER: Final = [Depends(require(Action.VIEW_USERS))]
_ANSWERS: Final = {
    "s400": "The body is not JSON",
    "s404": "No such person",
    "s413": "The body is too large",
}


@router.get("/users", responses=problems(), dependencies=_VIEWER)
async def users(staff: TheStaff, after: After = "", limit: Limit = 100) -> UserPage:
    """Return accounts by name, disabled ones too."""
    found = await staff.people.page(after, limit + 1)
    items = [user_shown(one) for one in found[:limit]]
    return UserPage(items=items, next=items[-1].name if len(found) > limit else None)


@router.post(
    "/users",
    responses=problems(
        s400="The body is not JSON", s409="The name is somebody's", s413="The body is too large"
    ),
)
async def add(staff: TheStaff, asked: UserRequest, manager: Manager) -> MadeUserAnswer:
    """Add an account. Powerful roles count once another person has approved them."""
    subject = None if asked.provider is None else (asked.provider.issuer, asked.provider.subject)
    password, waiting = await staff.people.add(
        asked.name,
        asked.display,
        [one.grant() for one in asked.grants],
        subject=subject,
        actor=manager.name,
        reason=asked.reason,
    )
    return MadeUserAnswer(
        user=await _shown(staff, asked.name),
        first_password=password,
        waiting=None if waiting is None else waiting.id,
    )


@router.post("/users/{name}:roles", responses=problems(**_ANSWERS))
async def give(staff: TheStaff, name: Named, asked: RolesRequest, manager: Manager) -> RolesAnswer:
    """Let somebody have these roles and no others; powerful ones need a second person."""
    grants = [one.grant() for one in asked.grants]
    waiting = await staff.roles.give(name, grants, actor=manager.name, reason=asked.reason)
    shown = await _shown(staff, name)
    return RolesAnswer(user=shown, waiting=None if waiting is None else waiting.id)


@router.post("/users/{name}:disable", responses=problems(**_ANSWERS))
async def disable(
    staff: TheStaff, name: Named, asked: ReasonRequest, manager: Manager
) -> UserAnswer:
    """Let somebody in no more: neither by password, nor by provider, session or token."""
    return await _disable(staff, name, asked, manager, disabled=True)


@router.post("/users/{name}:enable", responses=problems(**_ANSWERS))
async def enable(
    staff: TheStaff, name: Named, asked: ReasonRequest, manager: Manager
) -> UserAnswer:
    """Let somebody in again."""
    return await _disable(staff, name, asked, manager, disabled=False)


@router.post("/users/{name}:reset", responses=problems(**_ANSWERS))
async def reset(
    staff: TheStaff, name: Named, asked: ReasonRequest, manager: Manager
) -> MadeUserAnswer:
    """Give a new first password, shown this once; all his sessions end."""
    password = await staff.people.reset(name, actor=manager.name, reason=asked.reason)
    return MadeUserAnswer(user=await _shown(staff, name), first_password=password, waiting=None)


# After the paths with an order in them: its name would take them for a person's.
@router.get("/users/{name}", responses=problems(s404="No such person"), dependencies=_VIEWER)
async def user(staff: TheStaff, name: Named) -> UserAnswer:
    """Return one account, with what it may do in effect."""
    return await _shown(staff, name)


@router.get("/roles", responses=problems(), dependencies=[Depends(signed_in)])
async def roles() -> RoleListAnswer:
    """Return all rights, and the roles that are sets of them."""
    return RoleListAnswer(
        rights=[
            RightAnswer(action=one, vi=MEANINGS[one][0], en=MEANINGS[one][1]) for one in Action
        ],
        roles=[
            RoleAnswer(
                role=role,
                vi=ROLE_NAMES[role][0],
                en=ROLE_NAMES[role][1],
                rights=sorted(actions),
                needs_organisation=role in BOUND_ROLES,
                needs_second_person=role in RISKY,
            )
            for role, actions in ROLES.items()
        ],
    )


async def _disable(
    staff: Staff, name: str, asked: ReasonRequest, manager: Person, *, disabled: bool
) -> UserAnswer:
    await staff.people.disable(name, disabled=disabled, actor=manager.name, reason=asked.reason)
    return await _shown(staff, name)


async def _shown(staff: Staff, name: str) -> UserAnswer:
    account = await staff.people.find(name)
    if account is None:
        raise Problem(404, Code.NOT_FOUND)
    return user_shown(account)
