"""`POST /ops/messages/{source}/{id}/evidence`: evidence for operators and auditors."""

from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Response

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.evidence import MEDIA_TYPE, Asking, answer, claim_of, maker_of
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.status import Id, Source
from hub.control import store
from hub.control.trail import note
from hub.evidence.audience import EVERYBODYS
from hub.evidence.make import Wanted
from hub.io.sql.engine import sql_errors
from hub.io.sql.message_trace import MessageTraces

router: Final = APIRouter(
    prefix="/ops/messages/{source}/{id}/evidence", tags=["operators"], route_class=AdminRoute
)

TAKEN: Final = "evidence"
"""What the trail calls it."""

TheOps = Annotated[Ops, Depends(ops_of)]
Taking = Annotated[Person, Depends(require(Action.EVIDENCE, writes=False))]


class Named(NamedTuple):
    """The message of a path."""

    source: str
    id: str


async def named(source: Source, id: Id) -> Named:
    """Return which message the path names."""
    return Named(source, id)


TheMessage = Annotated[Named, Depends(named)]

_BUNDLE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "An ASiC-E container; docs/evidence.md says what is in it",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("", responses=problems(s404="No such message") | _BUNDLE, response_class=Response)
async def evidence(
    ops: TheOps,
    person: Taking,
    message: TheMessage,
    why: ReasonRequest,
    wish: Asking,
) -> Response:
    """Return the evidence about any message, to who has the right and says why.

    Its body is in it for who may also see bodies; for others its hash. A POST, although it changes
    nothing: reasons name people, and URLs end up in logs (invariant 9).
    """
    maker, claim = maker_of(ops.evidence), claim_of(wish, ops.clock())
    if await MessageTraces(ops.engine).message(*message) is None:
        raise Problem(404, Code.NOT_FOUND)
    # Invariant 11: in the trail before the first byte leaves.
    with sql_errors("writing the trail"):
        async with ops.engine.begin() as connection:
            await store.lock(connection)
            touched = [(f"message/{message.source}/{message.id}", TAKEN)]
            await note(connection, ops.clock(), person.name, why.reason, touched)
    wanted = Wanted(
        source=message.source,
        id=message.id,
        audience=EVERYBODYS,
        claim=claim,
        with_body=person.scope(Action.VIEW_BODY).whole,
        since=wish.since,
    )
    return await answer(maker, wanted)
