"""`/ops/schemas:impact`: what a candidate schema would have done to the messages of the last days.

In slices: each answer looks at some thousand messages and says where the next one begins, so that
no request is long and nobody keeps anything between two of them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from lgsp_message.jsontext import parse_json
from lgsp_message.reason import Refused
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, require
from hub.api.staff import Staff, staff_of
from hub.control.schema_versions import Family, family_of, versions
from hub.decision.rules import Rules
from hub.io.sql.replay_queries import Replayed, ReplayQueries
from hub.schemas.compatibility import Level, breaks
from hub.schemas.event_types import parse_schema
from hub.schemas.impact import Impact, kind_at
from hub.schemas.lint import UnsafeSchema
from hub.schemas.validate import CompiledSchema, Violation, compile_schema

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)

MOST_DAYS: Final = 30
"""As long as `hub.ingress` keeps bodies."""
AT_ONCE: Final = 100
"""Messages whose bodies are in memory at once: 25 MB of the largest."""
SLICE: Final = 1_000
"""Messages in one answer."""

TheOps = Annotated[Ops, Depends(ops_of)]
TheStaff = Annotated[Staff, Depends(staff_of)]


class From(BaseModel):
    """The last message that was looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    source: Annotated[str, Field(max_length=63)]
    id: Annotated[str, Field(max_length=64)]


class ImpactRequest(BaseModel):
    """A candidate, and how far back to look."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: dict[str, Any]
    """With `$id`, which says whose bodies it is for."""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 7
    after: From | None = None


class RuleShown(Answer):
    """A rule, and how many messages break it first."""

    rule: str
    messages: int


class ExampleShown(Answer):
    """A message that would be refused: where and why, never the value."""

    id: str
    at: datetime
    keyword: str
    pointer: str
    rule: str
    found: str | None
    """What kind of thing stands there; null where the place cannot be named."""


class SenderShown(Answer):
    """What one system sent of the type."""

    system: str
    messages: int
    broken: int
    rules: list[RuleShown]
    examples: list[ExampleShown]


class RecipientShown(Answer):
    """A system that would have got fewer messages."""

    system: str
    broken: int


class ImpactAnswer(Answer):
    """One slice."""

    type: str
    looked_at: int
    broken: int
    gone: int
    """Bodies that are no longer kept."""
    senders: list[SenderShown]
    recipients: list[RecipientShown]
    takers: list[str]
    """Systems that take the type: they read with an older version whatever is sent by this one."""
    incompatible: list[str]
    """What cannot be proved against the published versions, both ways."""
    next: From | None
    """Ask again with `after`; null: this was the last slice."""


@router.post(
    "/schemas:impact",
    responses=problems(
        s400="The body is not JSON",
        s413="The body is too large",
        s503="Kafka or SQL does not answer; repeating is safe",
    ),
    # It writes nothing: a POST only because a schema does not fit into a URL.
    dependencies=[Depends(require(Action.VIEW_METADATA, writes=False))],
)
async def impact(ops: TheOps, staff: TheStaff, request: ImpactRequest) -> ImpactAnswer:
    """Return which senders' messages of the last days would break a candidate, and who misses them.

    Every admitted message of the type counts, the newest first, whatever version it names.
    """
    family, candidate = _candidate(request.document)
    looked = Impact()
    after = await _replay(ops, family, candidate, request, looked)
    there = versions(await staff.schemas.of(family))
    proof = await asyncio.to_thread(breaks, Level.FULL, request.document, there)
    return ImpactAnswer.model_validate(
        {
            **looked.document(),
            "type": family.type,
            "takers": _takers(ops.rules(), family),
            "incompatible": [str(one) for one in proof],
            "next": after,
        }
    )


def _candidate(document: dict[str, Any]) -> tuple[Family, CompiledSchema]:
    try:
        compiled = compile_schema(document)
    except UnsafeSchema as error:
        raise Problem(422, Code.INVALID_REQUEST, str(error), place="document") from error
    name = parse_schema(compiled.uri or "")
    if name is None:
        detail = "$id says whose bodies it is for: urn:hub:schema:<name>:<major>.<minor>"
        raise Problem(422, Code.INVALID_REQUEST, detail, place="document/$id")
    return family_of(name), compiled


async def _replay(
    ops: Ops, family: Family, candidate: CompiledSchema, request: ImpactRequest, looked: Impact
) -> From | None:
    queries = ReplayQueries(ops.engine)
    since = ops.clock() - timedelta(days=request.days)
    after = request.after
    for _ in range(SLICE // AT_ONCE):
        place = None if after is None else (after.at, after.source, after.id)
        page = await queries.page(family.type, since, place, AT_ONCE)
        bodies = await ops.bodies.bodies([one.place for one in page])
        await asyncio.to_thread(_judge, page, bodies, candidate, looked)
        if len(page) < AT_ONCE:
            return None
        last = page[-1]
        after = From(at=last.decided_at, source=last.source, id=last.id)
    return after


def _judge(
    page: Sequence[Replayed],
    bodies: Mapping[tuple[int, int], bytes],
    candidate: CompiledSchema,
    looked: Impact,
) -> None:
    for one in page:
        body = bodies.get(one.place)
        if body is None:
            looked.gone += 1
            continue
        judged, found = _violation(candidate, body)
        looked.take(one.source, one.id, one.decided_at, one.recipients, judged, found)


def _violation(candidate: CompiledSchema, body: bytes) -> tuple[Violation | None, str | None]:
    try:
        value = parse_json(body)
    except Refused as refused:  # It was admitted by another version's limits.
        return Violation(keyword=refused.reason, pointer=refused.place), None
    judged = candidate.check(value)
    return judged, None if judged is None else kind_at(value, judged.pointer)


def _takers(rules: Rules, family: Family) -> list[str]:
    return sorted(
        {system for (_, type_), system in rules.endpoints.items() if type_ == family.type}
    )
