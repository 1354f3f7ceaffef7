"""`/v1/admin/rights/{id}:pause` and the like: the steps of a right or a subscription."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import ReasonRequest, WrittenAnswer, problems
from hub.api.admin_route import AdminRoute
from hub.api.deciding import may_order
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import staff_of
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.share_changes import ShareOrder, change_set
from hub.control.shares import ShareKind

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=AdminRoute)

Id = Annotated[str, Path(max_length=128, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
Asker = Annotated[Person, Depends(require(Action.CHANGE_RULES, scoped=True))]

_ANSWERS: Final = {
    "s400": "The body is not JSON",
    "s404": "There is none",
    "s409": "It has ended, or one person alone does not do this here",
    "s413": "The body is too large",
}


@router.post("/rights/{id}:{order}", responses=problems(**_ANSWERS))
async def order_right(
    request: Request, id: Id, order: ShareOrder, asked: ReasonRequest, person: Asker
) -> WrittenAnswer:
    """Pause, resume or end a right.

    The sender's side and the owner of the types may pause and end; only the owner resumes: he may
    have been who paused it.
    """
    return await _done(request, ShareKind.RIGHT, id, order, asked.reason, person)


@router.post("/subscriptions/{id}:{order}", responses=problems(**_ANSWERS))
async def order_subscription(
    request: Request, id: Id, order: ShareOrder, asked: ReasonRequest, person: Asker
) -> WrittenAnswer:
    """Pause, resume or end a subscription.

    Subscriber and owner of the type may pause and end; only the owner resumes: he may have been who
    paused it.
    """
    return await _done(request, ShareKind.SUBSCRIPTION, id, order, asked.reason, person)


async def _done(
    request: Request, kind: ShareKind, id: str, order: ShareOrder, reason: str, person: Person
) -> WrittenAnswer:
    found = await staff_of(request).shares.find(kind, id)
    if found is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no {kind} {id}", "id")
    if not may_order(person, found.shares, order):
        raise await denied(request, person, Action.CHANGE_RULES)
    wanted = change_set(kind, id, order, reason)
    return WrittenAnswer.model_validate(await control_of(request).write(wanted, actor=person.name))
