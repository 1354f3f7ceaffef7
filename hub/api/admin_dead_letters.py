"""`/v1/admin/dead-letters`: what the hub has stopped trying, and what shall become of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from hub.api.admin_dead_letter_models import (
    ConfirmRequest,
    DeadLetterAnswer,
    DeadLetterPage,
    GroupAnswer,
    GroupPage,
    JobAnswer,
    Order,
    OrderedAnswer,
    OrderRequest,
    WantedPage,
    cursor_from,
    cursor_text,
    id_of,
    job_answer,
    key_of,
)
from hub.api.admin_dependencies import commands_of, control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.control.dead_letter_jobs import DeadLetterJobs
from hub.control.dead_letters import Commands, DeadLetterOrders
from hub.control.service import Control
from hub.io.kafka.connector_records import Action as Told
from hub.io.sql.dead_letter_desk import Desk
from hub.io.sql.dead_letter_desk import key_of as desk_key
from hub.io.sql.dead_letter_queries import DeadLetterCursor, DeadLetterQueries, GroupCursor

router: Final = APIRouter(prefix="/v1/admin/dead-letters", tags=["admin"], route_class=AdminRoute)

_STORES: Final = "Kafka or SQL does not answer; repeating is safe"

JobId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Part = Annotated[str, Path(pattern=r"^[A-Za-z0-9._~-]{1,100}$")]
TheControl = Annotated[Control, Depends(control_of)]
TheCommands = Annotated[Commands, Depends(commands_of)]
Retrier = Annotated[Person, Depends(require(Action.RETRY))]


@router.get(
    "",
    responses=problems(s400="The cursor is not one of this list"),
    dependencies=[Depends(require(Action.VIEW_METADATA))],
)
async def dead_letters(
    control: TheControl, wanted: Annotated[WantedPage, Query()]
) -> DeadLetterPage:
    """Return what waits for an operator, the newest first; ask with `after=<next>` for more."""
    queries = DeadLetterQueries(control.engine)
    cursor = cursor_from(wanted.after, DeadLetterCursor)
    rows, following = await queries.page(wanted.filter(), cursor, wanted.limit)
    found = await Desk(control.engine).standings(rows)
    items = [DeadLetterAnswer.of(row, found[desk_key(row)]) for row in rows]
    return DeadLetterPage(items=items, next=cursor_text(following))


@router.get(
    "/groups",
    responses=problems(s400="The cursor is not one of this list"),
    dependencies=[Depends(require(Action.VIEW_METADATA))],
)
async def groups(control: TheControl, wanted: Annotated[WantedPage, Query()]) -> GroupPage:
    """Return the causes, each with how many it has: the one that struck last comes first."""
    queries = DeadLetterQueries(control.engine)
    cursor = cursor_from(wanted.after, GroupCursor)
    found, following = await queries.groups(wanted.filter(), cursor, wanted.limit)
    items = [GroupAnswer.model_validate(group) for group in found]
    return GroupPage(items=items, next=cursor_text(following))


@router.post(
    ":{action}",
    responses=problems(
        s400="The body is not JSON",
        s404="One of them never was a dead letter",
        s409="Too many to be dropped by one person",
        s413="The body is too large",
        s503=_STORES,
    ),
)
async def order(
    request: OrderRequest,
    action: Order,
    control: TheControl,
    commands: TheCommands,
    person: Retrier,
) -> OrderedAnswer:
    """Retry or drop dead letters by id, or preview it for all that a filter finds.

    By id it is ordered at once. By filter nothing is done yet: confirm the job that is returned.
    """
    if request.filter is not None:
        jobs = DeadLetterJobs(control.engine, commands, control.clock)
        job = await jobs.preview(
            Told(action), request.filter.filter(), actor=person.name, reason=request.reason
        )
        return OrderedAnswer(ordered=[], job=job_answer(job))
    orders = DeadLetterOrders(control.engine, commands, control.clock)
    keys = [key_of(id) for id in request.ids or ()]
    rows = await orders.give(Told(action), keys, actor=person.name, reason=request.reason)
    return OrderedAnswer(ordered=[id_of(row) for row in rows], job=None)


@router.post(
    "/jobs/{id}:confirm",
    responses=problems(
        s400="The body is not JSON",
        s404="No such job",
        s409="The number is not the one of the preview; or another person must confirm",
        s413="The body is too large",
        s503=_STORES,
    ),
)
async def confirm(
    request: ConfirmRequest, control: TheControl, commands: TheCommands, id: JobId, person: Retrier
) -> JobAnswer:
    """Do a job, or its next part: ask again until `ended_at` is set. Safe to repeat."""
    jobs = DeadLetterJobs(control.engine, commands, control.clock)
    return job_answer(
        await jobs.confirm(id, request.count, actor=person.name, reason=request.reason)
    )


@router.get(
    "/jobs/{id}",
    responses=problems(s404="No such job"),
    dependencies=[Depends(require(Action.VIEW_METADATA))],
)
async def one_job(control: TheControl, commands: TheCommands, id: JobId) -> JobAnswer:
    """Return a job: what it is about, and how far it has come."""
    found = await DeadLetterJobs(control.engine, commands).get(id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return job_answer(found)


@router.get(
    "/{source}/{message}/{recipient}",
    responses=problems(s404="No such dead letter"),
    dependencies=[Depends(require(Action.VIEW_METADATA))],
)
async def one_dead_letter(
    control: TheControl, source: Part, message: Part, recipient: Part
) -> DeadLetterAnswer:
    """Return one, also when it has ended."""
    found = await DeadLetterQueries(control.engine).find([(source, message, recipient)])
    if not found:
        raise Problem(404, Code.NOT_FOUND)
    standings = await Desk(control.engine).standings(found)
    return DeadLetterAnswer.of(found[0], standings[desk_key(found[0])])
