"""`/v1/admin/changes:preview`: what a change would have done to the messages of the last hours."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import HTTPConnection

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer
from hub.api.rights import Action, require
from hub.control.changes import ChangeSet
from hub.control.preview import Preview

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=AdminRoute)


class PreviewRequest(ChangeSet):
    """Changes that are tried, and on how much."""

    hours: Annotated[int, Field(ge=1, le=720)] = 24
    examples: Annotated[int, Field(ge=0, le=200)] = 20


class FateAnswer(Answer):
    """What becomes of a message."""

    outcome: str
    reason: str | None
    place: str | None
    recipients: list[str]
    candidates: list[str]
    """Systems of which a person would choose."""


class DifferenceAnswer(Answer):
    """A message that would have had another fate."""

    source: str
    id: str
    type: str
    received_at: datetime
    now: FateAnswer
    """Under the newest rules."""
    then: FateAnswer
    """Under the rules with these changes."""


class DifferenceGroupAnswer(Answer):
    """Messages of one sender and type with the same difference."""

    source: str
    type: str
    now: str
    then: str
    count: int


class PreviewAnswer(Answer):
    """What would have been different."""

    version: int
    changed: int
    since: datetime
    looked_at: int
    complete: bool
    """False: there were more messages than a preview looks at."""
    differing: int
    groups: list[DifferenceGroupAnswer]
    examples: list[DifferenceAnswer]


def preview_of(connection: HTTPConnection) -> Preview:
    """Return who makes previews (`app.state.preview`)."""
    preview: Preview = connection.app.state.preview
    return preview


@router.post(
    "/changes:preview",
    responses=problems(
        s400="The body is not JSON",
        s409="It contradicts what is there",
        s413="Too many changes at once",
        s503="Kafka or SQL does not answer",
    ),
    dependencies=[Depends(require(Action.CHANGE_RULES, writes=False))],
)
async def preview(
    request: PreviewRequest, maker: Annotated[Preview, Depends(preview_of)]
) -> PreviewAnswer:
    """Decide the messages of the last hours again, as if these changes were made. Writes nothing.

    Messages that a recipient acknowledged, or that waited, are looked at as they were handed in.
    """
    found = await maker.of(request.changes, timedelta(hours=request.hours), request.examples)
    return PreviewAnswer.model_validate(asdict(found))
