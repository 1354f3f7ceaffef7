"""`/v1/admin/quarantine`: what is held for a fault of the hub, and the release of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from hub.api.admin_dependencies import quarantine_of
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.control.quarantine import NotHeld, Quarantine
from hub.io.kafka.quarantine import Quarantined

router: Final = APIRouter(prefix="/v1/admin/quarantine", tags=["admin"], route_class=AdminRoute)

MAX_OFFSET: Final = 2**53
"""Every JSON reader knows numbers up to this one."""

Offset = Annotated[int, Path(ge=0, le=MAX_OFFSET)]
After = Annotated[int, Query(ge=-1, le=MAX_OFFSET)]
Limit = Annotated[int, Query(ge=1, le=1_000)]
TheQuarantine = Annotated[Quarantine, Depends(quarantine_of)]


class HeldAnswer(Answer):
    """A held message: what an operator needs to know, never its body."""

    offset: int
    """In `hub.quarantine`: what to release it by."""
    source: str
    id: str
    subject: str
    reason: str
    at: datetime
    partition: int
    """Of `hub.ingress`, and so of its history."""


class HeldPage(BaseModel):
    """Held messages, the oldest first; ask with `after=<next>` for more."""

    items: list[HeldAnswer]
    next: int | None


class ReleasedAnswer(BaseModel):
    """What this request has released, in the order in which it is decided anew."""

    released: list[HeldAnswer]
    """Empty where it was released before."""


@router.get(
    "",
    responses=problems(s503="Kafka does not answer"),
    dependencies=[Depends(require(Action.VIEW_METADATA))],
)
async def held(quarantine: TheQuarantine, after: After = -1, limit: Limit = 100) -> HeldPage:
    """Return what is held now, the oldest first."""
    found = [one for one in await quarantine.held() if one.offset > after]
    items = _shown(found[:limit])
    return HeldPage(items=items, next=items[-1].offset if len(found) > limit else None)


@router.post(
    "/{offset}:release",
    responses=problems(
        s400="The body is not JSON",
        s404="Nothing is held there",
        s413="The body is too large",
        s503="Kafka or SQL does not answer; repeating is safe",
    ),
)
async def release(
    request: ReasonRequest,
    offset: Offset,
    quarantine: TheQuarantine,
    person: Annotated[Person, Depends(require(Action.RELEASE_HELD))],
) -> ReleasedAnswer:
    """Let a message, and all that wait behind it, be decided anew. Safe to repeat."""
    try:
        found = await quarantine.release(offset, actor=person.name, reason=request.reason)
    except NotHeld as absent:
        raise Problem(404, Code.NOT_FOUND, "nothing is held at that offset") from absent
    return ReleasedAnswer(released=_shown(found))


def _shown(messages: Sequence[Quarantined]) -> list[HeldAnswer]:
    return [HeldAnswer.model_validate(one) for one in messages]
