"""`/v1/admin/proposals`: ask for changes of the rules; `/ops/requests` tells who approves them."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.deciding import may_ask, request_shown
from hub.api.ops_audit_models import RequestAnswer
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import Staff, staff_of
from hub.control.changes import ChangeSet

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=AdminRoute)


@router.post(
    "/proposals",
    responses=problems(
        s400="The body is not JSON",
        s409="It contradicts what is there",
        s413="Too many changes at once",
    ),
)
async def propose(
    request: Request,
    staff: Annotated[Staff, Depends(staff_of)],
    asked: ChangeSet,
    person: Annotated[Person, Depends(require(Action.CHANGE_RULES, scoped=True))],
) -> RequestAnswer:
    """Ask for changes of the rules; another person approves. Asked again, the first stays."""
    if not await may_ask(staff, asked.changes, person):
        raise await denied(request, person, Action.CHANGE_RULES)
    found = await staff.proposals.ask(asked, actor=person.name)
    return await request_shown(staff, found, person)
