"""`/ops/requests`: what waits for a second person, whatever it is about."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.deciding import concerns, may_decide, request_shown
from hub.api.ops.doubts import DOUBTED
from hub.api.ops_audit_models import RequestAnswer, RequestPage
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import Staff, staff_of
from hub.control.people.second_person import RIGHTS, Decision, Kind

router: Final = APIRouter(
    prefix="/ops/requests", tags=["people"], route_class=AdminRoute, dependencies=[DOUBTED]
)

_KINDS: Final = tuple(sorted({*RIGHTS.values()}))

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,36}$")]
Before = Annotated[str, Query(max_length=36, pattern=r"^[A-Za-z0-9-]*$")]
Limit = Annotated[int, Query(ge=1, le=500)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Viewer = Annotated[Person, Depends(require(Action.READ_AUDIT, *_KINDS, scoped=True))]
Decider = Annotated[Person, Depends(require(*_KINDS, scoped=True))]

_ANSWERS: Final = {
    "s400": "The body is not JSON",
    "s404": "No such request",
    "s409": "Whoever asked does not approve, somebody has decided, or it cannot be done any more",
    "s413": "The body is too large",
}


@router.get("", responses=problems())
async def page(
    staff: TheStaff,
    person: Viewer,
    waiting: Annotated[bool, Query()] = True,  # noqa: FBT002  (a flag in the address)
    kind: Kind | None = None,
    before: Before = "",
    limit: Limit = 100,
) -> RequestPage:
    """Return what waits for a second person; with `waiting=false` also what was decided.

    Who may change rules within one organisation sees what concerns it: what it asks for, and what
    is asked of it as the owner of a type.
    """
    found = await staff.second.page(waiting=waiting, before=before, limit=limit, kind=kind)
    mine = [one for one in found if _sees_all(person) or await concerns(staff, one, person)]
    items = [await request_shown(staff, one, person) for one in mine]
    return RequestPage(items=items, next=found[-1].id if len(found) == limit else None)


@router.post("/{id}:approve", responses=problems(**_ANSWERS))
async def approve(
    request: Request, staff: TheStaff, id: Id, asked: ReasonRequest, person: Decider
) -> RequestAnswer:
    """Approve what another person asked for: it is done in the same moment. Safe to repeat."""
    return await _decide(request, staff, id, asked, person, Decision.APPROVED)


@router.post("/{id}:refuse", responses=problems(**_ANSWERS))
async def refuse(
    request: Request, staff: TheStaff, id: Id, asked: ReasonRequest, person: Decider
) -> RequestAnswer:
    """Refuse it: nothing is done. Safe to repeat."""
    return await _decide(request, staff, id, asked, person, Decision.REFUSED)


@router.post("/{id}:withdraw", responses=problems(**_ANSWERS))
async def withdraw(
    request: Request, staff: TheStaff, id: Id, asked: ReasonRequest, person: Decider
) -> RequestAnswer:
    """Take back what one asked for oneself. Safe to repeat."""
    return await _decide(request, staff, id, asked, person, Decision.WITHDRAWN)


async def _decide(
    request: Request, staff: Staff, id: str, asked: ReasonRequest, person: Person, to: Decision
) -> RequestAnswer:
    waiting = await staff.second.find(id)
    own = to is Decision.WITHDRAWN and waiting.asked_by == person.name
    if not own and not await may_decide(staff, waiting, person):
        raise await denied(request, person, RIGHTS[waiting.kind])
    found = await staff.second.decide(id, to, actor=person.name, reason=asked.reason)
    return await request_shown(staff, found, person)


def _sees_all(person: Person) -> bool:
    return any(person.scope(right).whole for right in (Action.READ_AUDIT, *_KINDS))
