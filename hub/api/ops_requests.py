"""`/ops/requests`: what waits for a second person, whatever it is about."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.doubts import DOUBTED
from hub.api.ops_audit_models import RequestAnswer, RequestPage
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import Staff, staff_of
from hub.control.people.second_person import RIGHTS, Asked, Decision

router: Final = APIRouter(
    prefix="/ops/requests", tags=["people"], route_class=AdminRoute, dependencies=[DOUBTED]
)

_KINDS: Final = tuple(sorted({*RIGHTS.values()}))

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,36}$")]
Before = Annotated[str, Query(max_length=36, pattern=r"^[A-Za-z0-9-]*$")]
Limit = Annotated[int, Query(ge=1, le=500)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Viewer = Annotated[Person, Depends(require(Action.READ_AUDIT, *_KINDS))]
Decider = Annotated[Person, Depends(require(*_KINDS))]

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
    before: Before = "",
    limit: Limit = 100,
) -> RequestPage:
    """Return what waits for a second person; with `waiting=false` also what was decided."""
    found = await staff.second.page(waiting=waiting, before=before, limit=limit)
    items = [request_shown(one, person) for one in found]
    return RequestPage(items=items, next=items[-1].id if len(items) == limit else None)


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
    right = RIGHTS[(await staff.second.find(id)).kind]
    if not person.scope(right).whole:
        raise await denied(request, person, right)
    found = await staff.second.decide(id, to, actor=person.name, reason=asked.reason)
    return request_shown(found, person)


def request_shown(asked: Asked, person: Person) -> RequestAnswer:
    """Return a request as an answer to this person."""
    open_ = asked.decision is None and asked.asked_by != person.name
    may = open_ and person.scope(RIGHTS[asked.kind]).whole
    names = (name for name in Asked.__slots__ if name != "payload")
    fields = {name: getattr(asked, name) for name in names}
    return RequestAnswer(**fields, payload=dict(asked.payload), may_approve=may)
