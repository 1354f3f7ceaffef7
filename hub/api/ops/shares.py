"""`/ops/shares`: rights and subscriptions as people look at them, and what was done to each."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.deciding import may_order, sees
from hub.api.ops.fields import Word
from hub.api.ops.share_models import (
    BacklogAnswer,
    DeedAnswer,
    QuotaAnswer,
    ShareAnswer,
    SharePage,
    WholeShare,
)
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.share_changes import ShareOrder
from hub.control.shares import Held, ShareKind, Wanted, types_of
from hub.decision.subscriptions import ShareState

_NOTHING: Final[dict[str, Any]] = {
    **dict.fromkeys(("recipients", "sources", "areas", "versions", "conditions"), ()),
    "copies": False,
    "since": None,
}
"""What the one has and the other has not."""

router: Final = APIRouter(prefix="/ops/shares", tags=["operators"], route_class=AdminRoute)

Id = Annotated[str, Path(max_length=128, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
After = Annotated[str, Query(max_length=141, pattern=r"^((right|subscription)/[0-9A-Za-z._-]+)?$")]
TheStaff = Annotated[Staff, Depends(staff_of)]
Viewer = Annotated[Person, Depends(require(Action.VIEW_RULES, scoped=True))]


@router.get("", responses=problems())
async def page(
    *,
    staff: TheStaff,
    person: Viewer,
    kind: ShareKind | None = None,
    who: Word | None = None,
    type: Word | None = None,
    state: ShareState | None = None,
    after: After = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SharePage:
    """Return rights, then subscriptions, by id, as far as they are this person's to see.

    `who`: a system or an organisation. A request that nobody has approved is none of them:
    `/ops/requests` has it.
    """
    wanted = Wanted(kind=kind, who=who, type=type, state=state)
    found, following = await staff.shares.page(
        wanted, after, limit, lambda shares: sees(person, shares)
    )
    return SharePage(items=[share_shown(one, person) for one in found], next=following)


@router.get("/{kind}/{id}", responses=problems(s404="There is none, or it is not yours to see"))
async def one(staff: TheStaff, person: Viewer, kind: ShareKind, id: Id) -> WholeShare:
    """Return one, with who asked, approved, paused or ended it, when and why."""
    found = await staff.shares.find(kind, id)
    if found is None or not sees(person, found.shares):
        raise Problem(404, Code.NOT_FOUND)
    history = await staff.shares.history(kind, id)
    right = kind is ShareKind.RIGHT
    backlog = None if right else await staff.shares.backlog(id)
    quota = await staff.shares.quota(found.record.system) if right else None
    return WholeShare(
        **share_shown(found, person).model_dump(),
        history=[DeedAnswer.model_validate(deed) for deed in history],
        backlog=None if backlog is None else BacklogAnswer.model_validate(backlog),
        quota=None if quota is None else QuotaAnswer.model_validate(quota),
    )


def share_shown(found: Held, person: Person) -> ShareAnswer:
    """Return a share as an answer to this person."""
    record = found.record
    names = [name for name in record.__struct_fields__ if name in ShareAnswer.model_fields]
    return ShareAnswer.model_validate(
        _NOTHING
        | {name: getattr(record, name) for name in names}
        | {
            "kind": found.kind,
            "id": found.id,
            "organisation": found.shares[0].organisation,
            "types": list(types_of(record)),
            "owners": {one.type: one.owner for one in found.shares},
            "orders": [
                order
                for order in ShareOrder
                if record.state in order.begins and may_order(person, found.shares, order)
            ],
        }
    )
