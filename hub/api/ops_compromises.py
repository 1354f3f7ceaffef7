"""`/ops/compromises`: a key that somebody else may have, and what it puts in question."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.compromise_models import After, DoubtfulPage, Id, Limit, page_of
from hub.api.ops_models import Answer, Asked
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.compromises import Compromise, CompromiseState, Report
from hub.control.fields import Moment, Reason, SystemName, Thumbprint
from hub.control.service import Control
from hub.io.sql.compromise_queries import CompromiseQueries

router: Final = APIRouter(prefix="/ops/compromises", tags=["keys"], route_class=AdminRoute)

TheStaff = Annotated[Staff, Depends(staff_of)]
TheControl = Annotated[Control, Depends(control_of)]
Keeper = Annotated[Person, Depends(require(Action.MANAGE_KEYS))]
LOOKING: Final = [Depends(require(Action.MANAGE_KEYS, Action.VIEW_METADATA))]
_SAMPLE: Final[dict[str, Any]] = {
    "system": "mot-cua-mau",
    "thumbprint": "Vw0s0nQ8nC6i6M2m6u8s0nQ8nC6i6M2m6u8s0nQ8nC4",
    "since": "2026-11-20T09:00:00+07:00",
    "reason": "Máy giữ khóa bị xâm nhập (mẫu)",
}


class ReportRequest(Asked):
    """Since when somebody else may have signed with a key."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAMPLE]})

    system: SystemName
    thumbprint: Thumbprint
    since: Moment
    reason: Reason


class CompromiseAnswer(Answer):
    """One report. `reported`: suspended, waits under `/ops/requests`; `confirmed`: for ever."""

    id: str
    system: str
    thumbprint: str
    since: datetime
    state: CompromiseState
    reason: str
    reported_by: str
    reported_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    rules_version: int
    """The first version of the rules that refuses the key."""


class CountedAnswer(CompromiseAnswer):
    """One report, and how many messages it puts in question."""

    messages: int


class CompromisePage(Answer):
    """Reports, the newest first; ask with `before=<next>` for older ones."""

    items: list[CompromiseAnswer]
    next: str | None


@router.post(
    "",
    responses=problems(
        s400="The body is not JSON",
        s404="The system has no such key",
        s409="The moment lies ahead, or the key is refused as compromised already",
        s413="The body is too large",
    ),
)
async def report(asked: ReportRequest, staff: TheStaff, person: Keeper) -> CompromiseAnswer:
    """Report a key as compromised: suspended at once, final once another person approves.

    Safe to repeat: while it waits, the first report stays.
    """
    told = Report(
        system=asked.system,
        thumbprint=asked.thumbprint,
        since=asked.since,
        by=person.name,
        reason=asked.reason,
    )
    return _shown(await staff.compromises.report(told))


@router.get("", responses=problems(), dependencies=LOOKING)
async def reports(
    staff: TheStaff,
    before: Annotated[str, Query(max_length=36, pattern=r"^[0-9a-f-]*$")] = "",
    limit: Limit = 100,
) -> CompromisePage:
    """Return reports of compromised keys."""
    found = await staff.compromises.page(before=before, limit=limit)
    return CompromisePage(
        items=[_shown(one) for one in found],
        next=found[-1].id if len(found) == limit else None,
    )


@router.get("/{id}", responses=problems(s404="No such report"), dependencies=LOOKING)
async def one(staff: TheStaff, control: TheControl, id: Id) -> CountedAnswer:
    """Return one report, and how many messages it puts in question."""
    found = await staff.compromises.find(id)
    count = await CompromiseQueries(control.engine).count(id)
    return CountedAnswer(**_shown(found).model_dump(), messages=count)


@router.get("/{id}/messages", responses=problems(s404="No such report"), dependencies=LOOKING)
async def doubtful(
    staff: TheStaff, control: TheControl, id: Id, after: After = "", limit: Limit = 100
) -> DoubtfulPage:
    """Return the messages in question: admitted from the stated moment until the key was refused.

    What was admitted before stays valid.
    """
    await staff.compromises.find(id)
    return await page_of(CompromiseQueries(control.engine), id, after, limit)


def _shown(found: Compromise) -> CompromiseAnswer:
    return CompromiseAnswer.model_validate(found)
