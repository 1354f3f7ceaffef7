"""`/ops/dead-letters`: the desk. Who has taken one, notes, another recipient, what hangs on it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from lgsp_message.reason import Refused

from hub.api.admin_dead_letter_models import key_of
from hub.api.admin_dead_letters import Part
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dead_letter_models import (
    AssignRequest,
    DeskAnswer,
    DoneAnswer,
    NoteRequest,
    NoteShown,
    OperatorsAnswer,
    RedirectAnswer,
    RedirectRequest,
    TakeRequest,
)
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.trace_steps import last_try, next_try
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.control.dead_letter_desk import DeskWork
from hub.control.dead_letters import Key
from hub.decision.dead_letters import Stage
from hub.decision.rows import DeadLetterRow
from hub.io.sql.dead_letter_desk import Desk, Standing
from hub.io.sql.dead_letter_queries import DeadLetterFilter, DeadLetterQueries
from hub.io.sql.message_trace import MessageTraces

router: Final = APIRouter(prefix="/ops/dead-letters", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
Retrier = Annotated[Person, Depends(require(Action.RETRY))]
_LOOKING: Final = [Depends(require(Action.VIEW_METADATA))]
_BODY: Final = {"s400": "The body is not JSON", "s413": "The body is too large"}


def work_of(ops: TheOps) -> DeskWork:
    """Return what operators do at the desk."""
    return DeskWork(ops.engine, ops.clock)


async def named(source: Part, message: Part, recipient: Part) -> Key:
    """Return which dead letter the path names."""
    return source, message, recipient


TheKey = Annotated[Key, Depends(named)]
Work = Annotated[DeskWork, Depends(work_of)]


@router.post(":take", responses=problems(**_BODY))
async def take(request: TakeRequest, work: Work, person: Retrier) -> DoneAnswer:
    """Take note of dead letters. Safe to repeat."""
    keys = [key_of(id) for id in request.ids]
    return DoneAnswer(count=await work.take(keys, actor=person.name, reason=request.reason))


@router.post(":assign", responses=problems(**_BODY))
async def assign(request: AssignRequest, work: Work, person: Retrier) -> DoneAnswer:
    """Give dead letters to an operator, or to nobody. Safe to repeat."""
    keys = [key_of(id) for id in request.ids]
    found = await work.assign(keys, request.assignee, actor=person.name, reason=request.reason)
    return DoneAnswer(count=found)


@router.post(":note", responses=problems(**_BODY))
async def note(request: NoteRequest, work: Work, person: Retrier) -> DoneAnswer:
    """Tell the others something about dead letters."""
    keys = [key_of(id) for id in request.ids]
    return DoneAnswer(count=await work.note(keys, actor=person.name, text=request.note))


@router.get("/operators", responses=problems())
async def operators(work: Work, _: Retrier) -> OperatorsAnswer:
    """Return whom a dead letter can be given to."""
    return OperatorsAnswer(items=await work.operators())


@router.post(
    "/{source}/{message}/{recipient}:redirect",
    responses=problems(
        s404="No such dead letter of a message",
        s409="It has ended, its bytes are gone, or the new system may not have it",
        **_BODY,
    ),
)
async def redirect(
    request: RedirectRequest,
    ops: TheOps,
    person: Retrier,
    key: TheKey,
) -> RedirectAnswer:
    """Deliver it to another system, and end it. Its history tells both. Safe to repeat.

    Beyond `HUB_CORRECTIONS_ALONE` in a day it waits under `/ops/requests` for another person.
    """
    actor, reason = person.name, request.reason
    try:
        asked = await ops.redirects.redirect(key, request.to, actor=actor, reason=reason)
    except Refused as refusal:
        # What stands in the way are the rules as they are, not who asks nor how.
        raise Problem(409, refusal.reason, refusal.detail, place=refusal.place) from refusal
    return RedirectAnswer(waits=None if asked is None else asked.id)


@router.get(
    "/{source}/{message}/{recipient}",
    responses=problems(s404="No such dead letter"),
    dependencies=_LOOKING,
)
async def desk(ops: TheOps, key: TheKey) -> DeskAnswer:
    """Return how far one dead letter is, and what hangs on it."""
    found = await DeadLetterQueries(ops.engine).find([key])
    if not found:
        raise Problem(404, Code.NOT_FOUND)
    row, at_desk = found[0], Desk(ops.engine)
    standing = (await at_desk.standings([row]))[key]
    notes = [NoteShown(text=one.text, by=one.by, at=one.at) for one in await at_desk.notes(key)]
    alike = DeadLetterFilter(fingerprint=row.fingerprint)
    return DeskAnswer(
        **_told(standing),
        **await _tries(ops, row, standing),
        notes=notes,
        behind=await at_desk.behind(key),
        alike=await DeadLetterQueries(ops.engine).count(alike),
        destinations=[] if row.ended_at else await ops.redirects.destinations(key),
        waits=None if row.ended_at else await ops.redirects.waiting(row),
    )


def _told(standing: Standing) -> dict[str, Any]:
    names = ("stage", "assignee", "taken_by", "taken_at")
    return {name: getattr(standing, name) for name in names}


async def _tries(ops: Ops, row: DeadLetterRow, standing: Standing) -> dict[str, Any]:
    found = await MessageTraces(ops.engine).trace(row.source, row.id)
    next_at, most = next_try(None if found is None else last_try(found, row.recipient))
    retrying = standing.stage is Stage.RETRYING
    return {"attempts": row.attempts, "most": most, "next_at": next_at if retrying else None}
