"""`/ops/consumers`: Kafka's consumer groups, who is in them, and moving one that is empty."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, ConfigDict
from starlette.requests import HTTPConnection

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.deciding import request_shown
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops_audit_models import RequestAnswer
from hub.api.ops_models import Answer, Asked
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.fields import Reason
from hub.control.group_moves import GroupMoves
from hub.io.kafka.groups import Barrier

router: Final = APIRouter(prefix="/ops/consumers", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,190}$")]


def moves_of(connection: HTTPConnection) -> GroupMoves:
    """Return what moves groups (`app.state.moves`)."""
    moves: GroupMoves = connection.app.state.moves
    return moves


TheMoves = Annotated[GroupMoves, Depends(moves_of)]


class MemberAnswer(Answer):
    """Somebody who reads in a group."""

    client: str
    host: str


class CommittedAnswer(Answer):
    """How far a group is in one partition."""

    topic: str
    partition: int
    offset: int
    first: int
    end: int


class ConsumerAnswer(Answer):
    """A consumer group as the brokers have it."""

    name: str
    state: str
    """Kafka's own word: `Empty` with nobody in it, `Stable` while somebody reads."""
    members: list[MemberAnswer]
    committed: list[CommittedAnswer]
    barrier: Barrier | None
    """Why its position is not moved by hand; null: it may be, by two persons."""


class RebalanceAnswer(Answer):
    """A group that had others in it, or another state, than at the look before."""

    at: datetime
    group: str
    state: str
    joined: list[MemberAnswer]
    left: list[MemberAnswer]


class ConsumersAnswer(Answer):
    """All groups, and what has changed in them."""

    items: list[ConsumerAnswer]
    since: datetime | None
    """Since when it was looked: Kafka keeps no history of who was in a group."""
    changes: list[RebalanceAnswer]
    """The newest first."""


class MoveAnswer(Answer):
    """One partition of a group: where it is, and where it would be."""

    topic: str
    partition: int
    before: int
    after: int
    first: int
    end: int


class MovesAnswer(Answer):
    """What a move would do."""

    items: list[MoveAnswer]


class MoveRequest(Asked):
    """To which time a group shall go back or on, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"to": "2026-11-28T01:00:00Z", "reason": "Sở Mẫu khôi phục bản sao lưu 8 giờ"}
            ]
        }
    )

    to: AwareDatetime | None = None
    """Left out: to the first record that is kept."""
    reason: Reason


_ANSWERS: Final = {
    "s404": "There is no such group",
    "s409": "Its position is not moved by hand, or somebody reads in it; the detail says why",
}
Mover = Annotated[Person, Depends(require(Action.MANAGE_CONNECTORS))]


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_STATISTICS))])
async def consumers(ops: TheOps) -> ConsumersAnswer:
    """Return Kafka's consumer groups. The hub's own have no members: partitions are dealt."""
    found = await ops.groups.get()
    await ops.rebalances.look(found, ops.clock())
    since, changes = await ops.rebalances.told()
    return ConsumersAnswer(
        items=[ConsumerAnswer.model_validate(one) for one in found],
        since=since,
        changes=[RebalanceAnswer.model_validate(one) for one in changes],
    )


@router.get("/{name}/move", responses=problems(**_ANSWERS))
async def preview(
    moves: TheMoves, name: Name, _: Mover, to: Annotated[AwareDatetime | None, Query()] = None
) -> MovesAnswer:
    """Return where a move to a time would put a group; without a time: to its first records."""
    found = await moves.preview(name, to)
    return MovesAnswer(items=[MoveAnswer.model_validate(one) for one in found])


@router.post(
    "/{name}:move",
    responses=problems(**_ANSWERS, s400="The body is not JSON", s413="The body is too large"),
)
async def move(
    moves: TheMoves,
    staff: Annotated[Staff, Depends(staff_of)],
    name: Name,
    asked: MoveRequest,
    person: Mover,
) -> RequestAnswer:
    """Ask for a move. It is done once another person approves it under `/ops/requests`."""
    found = await moves.ask(name, asked.to, actor=person.name, reason=asked.reason)
    return await request_shown(staff, found, person)
