"""`/v1/admin/documents`: messages held for their documents, and a person's word about them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.status import Id, Source
from hub.control.check_orders import NoLongerKept
from hub.control.documents import NotHeld

router: Final = APIRouter(prefix="/v1/admin/documents", tags=["admin"], route_class=AdminRoute)

After = Annotated[str, Query(max_length=128, pattern=r"^([a-z0-9-]{3,63}/[A-Za-z0-9._~-]{1,64})?$")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
TheOps = Annotated[Ops, Depends(ops_of)]
Deciding = Annotated[Person, Depends(require(Action.RELEASE_HELD))]

_ANSWERS: Final = problems(
    s400="The body is not JSON",
    s404="It is not held for its documents, or its bytes are no longer kept",
    s413="The body is too large",
    s503="Kafka or SQL does not answer; repeating is safe",
)


class Named(Protocol):
    """What stands for a message on a page."""

    source: str
    id: str


class HeldDocumentAnswer(BaseModel):
    """A held message, without its body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    source: str
    id: str
    type: str
    subject: str | None
    since: datetime
    until: datetime
    """When it is ended if nobody has decided."""
    hashes: list[str]
    """Its documents; none where it only waits behind another message."""
    review: bool
    """True: a person must decide."""


class HeldDocumentPage(BaseModel):
    """Held messages by source and id; ask with `after=<next>` for more."""

    items: list[HeldDocumentAnswer]
    next: str | None


class DecidedAnswer(BaseModel):
    """The word is given; what came of it stands in the message's history."""

    source: str
    id: str


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_METADATA))])
async def held(ops: TheOps, after: After = "", limit: Limit = 100) -> HeldDocumentPage:
    """Return what is held for documents now."""
    source, _, id_ = after.partition("/")
    found = await ops.documents.held((source, id_), limit)
    items = [HeldDocumentAnswer.model_validate(one) for one in found]
    return HeldDocumentPage(items=items, next=next_after(items, limit))


def next_after(items: Sequence[Named], limit: int) -> str | None:
    """Return what to ask for the next page with; None: this was the last."""
    return None if len(items) < limit else f"{items[-1].source}/{items[-1].id}"


@router.post("/{source}/{id}:release", responses=_ANSWERS)
async def release(
    ops: TheOps, person: Deciding, source: Source, id: Id, request: ReasonRequest
) -> DecidedAnswer:
    """Deliver it whatever its documents are, once those before it are delivered."""
    return await _decided(ops.documents.release, person, source, id, request)


@router.post("/{source}/{id}:drop", responses=_ANSWERS)
async def drop(
    ops: TheOps, person: Deciding, source: Source, id: Id, request: ReasonRequest
) -> DecidedAnswer:
    """End it: it will not be delivered, and its sender sees that."""
    return await _decided(ops.documents.drop, person, source, id, request)


@router.post("/{source}/{id}:recheck", responses=_ANSWERS)
async def recheck(
    ops: TheOps, person: Deciding, source: Source, id: Id, request: ReasonRequest
) -> DecidedAnswer:
    """Judge its documents again, where a person would have to decide."""
    return await _decided(ops.documents.recheck, person, source, id, request)


async def _decided(
    decide: Callable[..., Awaitable[None]],
    person: Person,
    source: str,
    id: str,
    request: ReasonRequest,
) -> DecidedAnswer:
    try:
        await decide(source, id, actor=person.name, reason=request.reason)
    except NotHeld as absent:
        raise Problem(404, Code.NOT_FOUND, "it is not held for its documents") from absent
    except NoLongerKept as gone:
        raise Problem(404, Code.BODY_GONE) from gone
    return DecidedAnswer(source=source, id=id)
