"""`/v1/admin/proposals` and the steps of a subscription: who asks, and who says yes.

An agency's integrator asks for its own systems; the agency that owns the type approves. Whoever may
change all rules may do both, but never both for one request.
"""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import ReasonRequest, WrittenAnswer, problems
from hub.api.admin_route import AdminRoute
from hub.api.change_rights import RIGHT_OF_CHANGE
from hub.api.ops_audit_models import RequestAnswer, RequestPage
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import Staff, staff_of
from hub.control.changes import ChangeSet
from hub.control.people.second_person import Asked, Decision, Kind
from hub.control.proposals import Share, changes_of
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.subscription_changes import (
    EndSubscription,
    PauseSubscription,
    ResumeSubscription,
)

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=AdminRoute)

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,36}$")]
SubscriptionId = Annotated[str, Path(max_length=128, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
Before = Annotated[str, Query(max_length=36, pattern=r"^[A-Za-z0-9-]*$")]
Limit = Annotated[int, Query(ge=1, le=500)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Asker = Annotated[Person, Depends(require(Action.CHANGE_RULES, scoped=True))]

_ANSWERS: Final = {
    "s400": "The body is not JSON",
    "s404": "No such request or subscription",
    "s409": "Whoever asked does not approve, somebody has decided, or it cannot be done any more",
    "s413": "The body is too large",
}


@router.post(
    "/proposals",
    responses=problems(
        s400="The body is not JSON",
        s409="It contradicts what is there",
        s413="Too many changes at once",
    ),
)
async def propose(
    request: Request, staff: TheStaff, asked: ChangeSet, person: Asker
) -> RequestAnswer:
    """Ask for changes of the rules; another person approves. Asked again, the first stays."""
    shares = await staff.proposals.shares(asked.changes)
    if not _may_ask(person, asked, shares):
        raise await denied(request, person, Action.CHANGE_RULES)
    return await _shown(staff, await staff.proposals.ask(asked, actor=person.name), person)


@router.get("/proposals", responses=problems())
async def page(
    staff: TheStaff,
    person: Asker,
    waiting: Annotated[bool, Query()] = True,  # noqa: FBT002  (a flag in the address)
    before: Before = "",
    limit: Limit = 100,
) -> RequestPage:
    """Return proposals that this person may ask for or approve, the newest first."""
    found = await staff.second.page(waiting=waiting, before=before, limit=limit)
    mine = [one for one in found if one.kind is Kind.RULES and await _concerns(staff, one, person)]
    items = [await _shown(staff, one, person) for one in mine]
    return RequestPage(items=items, next=found[-1].id if len(found) == limit else None)


@router.post("/proposals/{id}:approve", responses=problems(**_ANSWERS))
async def approve(
    request: Request, staff: TheStaff, id: Id, asked: ReasonRequest, person: Asker
) -> RequestAnswer:
    """Approve what another person asked for: it is done in the same moment. Safe to repeat."""
    return await _decide(request, staff, id, asked, person, Decision.APPROVED)


@router.post("/proposals/{id}:refuse", responses=problems(**_ANSWERS))
async def refuse(
    request: Request, staff: TheStaff, id: Id, asked: ReasonRequest, person: Asker
) -> RequestAnswer:
    """Refuse it: nothing is done. Safe to repeat."""
    return await _decide(request, staff, id, asked, person, Decision.REFUSED)


@router.post("/proposals/{id}:withdraw", responses=problems(**_ANSWERS))
async def withdraw(staff: TheStaff, id: Id, asked: ReasonRequest, person: Asker) -> RequestAnswer:
    """Take back what one asked for oneself. Safe to repeat."""
    await _find(staff, id)
    found = await staff.second.decide(
        id, Decision.WITHDRAWN, actor=person.name, reason=asked.reason
    )
    return await _shown(staff, found, person)


@router.post("/subscriptions/{id}:pause", responses=problems(**_ANSWERS))
async def pause(
    request: Request, id: SubscriptionId, asked: ReasonRequest, person: Asker
) -> WrittenAnswer:
    """Deliver nothing more under it. Subscriber and owner may: less is always safe."""
    change = PauseSubscription(change="pause_subscription", id=id)
    return await _step(request, change, asked.reason, person, _asks)


@router.post("/subscriptions/{id}:end", responses=problems(**_ANSWERS))
async def end(
    request: Request, id: SubscriptionId, asked: ReasonRequest, person: Asker
) -> WrittenAnswer:
    """End it for good. Subscriber and owner may."""
    change = EndSubscription(change="end_subscription", id=id)
    return await _step(request, change, asked.reason, person, _asks)


@router.post("/subscriptions/{id}:resume", responses=problems(**_ANSWERS))
async def resume(
    request: Request, id: SubscriptionId, asked: ReasonRequest, person: Asker
) -> WrittenAnswer:
    """End a pause. Only the owner of the type may: he may have been who paused it."""
    change = ResumeSubscription(change="resume_subscription", id=id)
    return await _step(request, change, asked.reason, person, _owns)


async def _step(
    request: Request,
    change: PauseSubscription | EndSubscription | ResumeSubscription,
    reason: str,
    person: Person,
    allowed: Callable[[Person, Share], bool],
) -> WrittenAnswer:
    share = await staff_of(request).proposals.share_of(change.id)
    if not (allowed(person, share) or person.scope(Action.CHANGE_RULES).whole):
        raise await denied(request, person, Action.CHANGE_RULES)
    wanted = ChangeSet(reason=reason, changes=(change,))
    control = control_of(request)
    return WrittenAnswer.model_validate(await control.write(wanted, actor=person.name))


async def _decide(
    request: Request, staff: Staff, id: str, asked: ReasonRequest, person: Person, to: Decision
) -> RequestAnswer:
    waiting = await _find(staff, id)
    if not await _may_approve(staff, waiting, person):
        raise await denied(request, person, Action.CHANGE_RULES)
    found = await staff.second.decide(id, to, actor=person.name, reason=asked.reason)
    return await _shown(staff, found, person)


async def _find(staff: Staff, id: str) -> Asked:
    found = await staff.second.find(id)
    if found.kind is not Kind.RULES:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such proposal", "id")
    return found


async def _concerns(staff: Staff, asked: Asked, person: Person) -> bool:
    if asked.asked_by == person.name or await _may_approve(staff, asked, person):
        return True
    shares = await staff.proposals.shares(changes_of(asked))
    return shares is not None and all(_asks(person, one) for one in shares)


async def _may_approve(staff: Staff, asked: Asked, person: Person) -> bool:
    """Say whether all that the changes need lies in this person's hands."""
    changes = changes_of(asked)
    if all(person.scope(RIGHT_OF_CHANGE[change.change]).whole for change in changes):
        return True
    shares = await staff.proposals.shares(changes)
    return shares is not None and all(_owns(person, one) for one in shares)


def _may_ask(person: Person, asked: ChangeSet, shares: list[Share] | None) -> bool:
    if all(person.scope(RIGHT_OF_CHANGE[change.change]).whole for change in asked.changes):
        return True
    return shares is not None and all(_asks(person, one) for one in shares)


def _asks(person: Person, share: Share) -> bool:
    """Say whether the system, or the type, is this person's."""
    scope = person.scope(Action.CHANGE_RULES)
    mine = share.organisation is not None and scope.allows(share.organisation, share.type)
    return mine or _owns(person, share)


def _owns(person: Person, share: Share) -> bool:
    scope = person.scope(Action.CHANGE_RULES)
    return share.owner is not None and scope.allows(share.owner, share.type)


async def _shown(staff: Staff, asked: Asked, person: Person) -> RequestAnswer:
    open_ = asked.decision is None and asked.asked_by != person.name
    may = open_ and await _may_approve(staff, asked, person)
    names = (name for name in Asked.__slots__ if name != "payload")
    fields = {name: getattr(asked, name) for name in names}
    return RequestAnswer(**fields, payload=dict(asked.payload), may_approve=may)
