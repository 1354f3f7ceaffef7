"""`/ops/retry-jobs`: one decision about many dead letters, previewed, confirmed, watched."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from hub.api.admin_dead_letter_models import Order, Wanted
from hub.api.admin_dependencies import commands_of, control_of
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops import cursors
from hub.api.ops.fields import CursorText
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.control.dead_letter_job import MAX_BATCH, Job, JobCursor, JobState, Pace
from hub.control.dead_letter_jobs import DeadLetterJobs
from hub.control.dead_letters import Commands
from hub.control.fields import Reason
from hub.control.refusals import Refusal
from hub.control.service import Control
from hub.io.kafka.connector_records import Action as Told
from hub.io.sql.job_items import ItemCursor, JobItem, job_items

router: Final = APIRouter(prefix="/ops/retry-jobs", tags=["operators"], route_class=AdminRoute)

JobId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Limit = Annotated[int, Query(ge=1, le=500)]
Retrier = Annotated[Person, Depends(require(Action.RETRY))]
_LOOKING: Final = [Depends(require(Action.VIEW_METADATA))]
_CURSOR: Final = "The cursor is not one of this list"
_BODY: Final = {"s400": "The body is not JSON", "s413": "The body is too large"}

_PREVIEW: Final[dict[str, Any]] = {
    "action": "retry",
    "filter": {"connector": "ket-noi-mau"},
    "reason": "Sở Mẫu đã sửa lỗi",
}


class Move(StrEnum):
    """What a job can be told, as it stands in the path."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"

    @property
    def state(self) -> JobState:
        """Return the state that it leads to."""
        return _STATES[self]


_STATES: Final = {
    Move.PAUSE: JobState.PAUSED,
    Move.RESUME: JobState.RUNNING,
    Move.CANCEL: JobState.CANCELLED,
}


class PreviewRequest(BaseModel):
    """What shall be done to all dead letters that a filter finds.

    The reason also stands in the history of each message, which its sender sees: no personal data.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [_PREVIEW]}
    )

    action: Order
    filter: Wanted
    reason: Reason
    batch: Annotated[StrictInt, Field(ge=1, le=MAX_BATCH)] = MAX_BATCH
    """Ordered together; the job can be paused between two."""
    per_minute: Annotated[StrictInt, Field(ge=1, le=100_000)] | None = None
    """Most in a minute: what a partner that has just come back can bear."""
    dry_run: bool = False
    """Only tell what would be ordered, one by one."""


class BeginRequest(BaseModel):
    """The number that the preview told: nobody confirms what he has not seen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"count": 12, "reason": "Đã xem danh sách"}]},
    )

    count: Annotated[StrictInt, Field(ge=0, le=2**53)]
    reason: Reason
    paused: bool = False
    """Confirmed, but it goes only once somebody resumes it."""


class JobShown(Answer):
    """One decision about many dead letters."""

    id: str
    action: str
    state: JobState
    filter: Wanted
    reason: str
    asked_by: str
    asked_at: datetime
    count: int
    """How many there were; what comes later is not among them."""
    handled: int
    confirmed_by: str | None
    second_person: bool
    """Whether another person must confirm it than asked for it."""
    changed_by: str | None
    batch: int
    per_minute: int | None
    dry_run: bool
    next_at: datetime | None
    """Not before this time the next ones: the rate limit."""
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return a job as it is shown."""
        told = {name: getattr(job, name) for name in cls.model_fields if name != "second_person"}
        return cls.model_validate(told | {"second_person": job.needs_another})


class JobPage(BaseModel):
    """Jobs, the newest first."""

    items: list[JobShown]
    next: str | None


class ItemShown(BaseModel):
    """One dead letter that was ordered, and what became of it."""

    id: str
    source: str
    message: str
    recipient: str
    code: str
    result: str
    """The delivery's state now; of a record that a source read: what ended it; `planned`: a dry run
    would have ordered it."""
    ended_at: datetime | None
    ended_by: str | None


class ItemPage(BaseModel):
    """What a job has ordered."""

    items: list[ItemShown]
    next: str | None


def jobs_of(
    control: Annotated[Control, Depends(control_of)],
    commands: Annotated[Commands, Depends(commands_of)],
) -> DeadLetterJobs:
    """Return the jobs of this app."""
    return DeadLetterJobs(control.engine, commands, control.clock)


Jobs = Annotated[DeadLetterJobs, Depends(jobs_of)]


@router.post("", status_code=201, responses=problems(**_BODY))
async def preview(request: PreviewRequest, jobs: Jobs, person: Retrier) -> JobShown:
    """Count what a filter finds, and keep the question. Nothing is done yet."""
    if not request.filter.model_dump(exclude_none=True):
        # Everything at once is the one order that nobody means.
        raise Problem(422, Refusal.UNBOUNDED, "name at least one thing", place="filter")
    wanted = request.filter.filter()
    pace = Pace(batch=request.batch, per_minute=request.per_minute, dry_run=request.dry_run)
    told, actor = Told(request.action), person.name
    return JobShown.of(
        await jobs.preview(told, wanted, actor=actor, reason=request.reason, pace=pace)
    )


@router.get("", responses=problems(s400=_CURSOR), dependencies=_LOOKING)
async def list_jobs(
    jobs: Jobs, state: JobState | None = None, after: CursorText = "", limit: Limit = 50
) -> JobPage:
    """Return jobs, the newest first."""
    found, following = await jobs.page(state, cursors.from_text(after, JobCursor), limit)
    return JobPage(items=[JobShown.of(job) for job in found], next=cursors.to_text(following))


@router.post(
    "/{id}:confirm",
    responses=problems(
        s404="No such job", s409="Another number, another person, or another state", **_BODY
    ),
)
async def confirm(request: BeginRequest, jobs: Jobs, id: JobId, person: Retrier) -> JobShown:
    """Let a job go: the hub does it by itself from now on. Safe to repeat."""
    job = await jobs.begin(
        id, request.count, actor=person.name, reason=request.reason, paused=request.paused
    )
    return JobShown.of(job)


@router.post(
    "/{id}:{move}",
    responses=problems(s404="No such job", s409="The job is in another state", **_BODY),
)
async def move(
    request: ReasonRequest, jobs: Jobs, id: JobId, move: Move, person: Retrier
) -> JobShown:
    """Pause, resume or cancel a job. What was ordered stays ordered. Safe to repeat."""
    job = await jobs.move(id, move.state, actor=person.name, reason=request.reason)
    return JobShown.of(job)


@router.get("/{id}", responses=problems(s404="No such job"), dependencies=_LOOKING)
async def one_job(jobs: Jobs, id: JobId) -> JobShown:
    """Return a job: what it is about, and how far it has come."""
    return JobShown.of(await _found(jobs, id))


@router.get(
    "/{id}/items", responses=problems(s400=_CURSOR, s404="No such job"), dependencies=_LOOKING
)
async def items(
    control: Annotated[Control, Depends(control_of)],
    jobs: Jobs,
    id: JobId,
    after: CursorText = "",
    limit: Limit = 100,
) -> ItemPage:
    """Return what a job has ordered so far, and what became of each."""
    job = await _found(jobs, id)
    place = cursors.from_text(after, ItemCursor)
    found, following = await job_items(control.engine, id, place, limit)
    return ItemPage(items=[_item(one, job) for one in found], next=cursors.to_text(following))


async def _found(jobs: DeadLetterJobs, id: str) -> Job:
    job = await jobs.get(id)
    if job is None:
        raise Problem(404, Code.NOT_FOUND)
    return job


def _item(one: JobItem, job: Job) -> ItemShown:
    result = one.state or one.ended_by or "dead_letter"
    return ItemShown(
        id=f"{one.source}/{one.id}/{one.recipient}",
        source=one.source,
        message=one.id,
        recipient=one.recipient,
        code=one.code,
        result="planned" if job.dry_run else result,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
    )
