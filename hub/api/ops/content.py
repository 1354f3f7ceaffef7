"""`/ops/messages/{source}/{id}/content`: what a message says, its personal fields masked.

And `:resubmit`: a corrected copy of it, as a new message of the hub's own system.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from lgsp_message.cloudevents import from_kafka
from lgsp_message.jsontext import parse_json
from lgsp_message.limits import MAX_BODY_BYTES
from pydantic import BaseModel, ConfigDict, Field

from hub.api.admin_dead_letter_models import System
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.trace import kept_record
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.status import Id, Source
from hub.control import store
from hub.control.fields import Reason
from hub.control.people.second_person import Asked
from hub.control.queries import Queries
from hub.control.trail import note
from hub.decision.rows import MessageRow
from hub.io.kafka.ingress_record import Found
from hub.io.own_system import NoOwnSystem
from hub.io.sql.engine import sql_errors
from hub.schemas.personal import Path as PersonalPath
from hub.schemas.personal import masked, personal_paths

router: Final = APIRouter(
    prefix="/ops/messages/{source}/{id}", tags=["operators"], route_class=AdminRoute
)

SEEN: Final[dict[bool, str]] = {True: "view_masked", False: "view_personal"}
"""What the trail calls a look, by whether personal fields were masked."""

TheOps = Annotated[Ops, Depends(ops_of)]
Looking = Annotated[
    Person, Depends(require(Action.VIEW_MASKED, Action.VIEW_PERSONAL, scoped=True, writes=False))
]
Editing = Annotated[Person, Depends(require(Action.EDIT_RESUBMIT))]
Comparing = Annotated[Person, Depends(require(Action.EDIT_RESUBMIT, writes=False))]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]

_GONE: Final = "No such message that you may see, or its bytes are no longer kept"


class ContentAnswer(Answer):
    """A message's content, decoded."""

    masked: bool
    """Whether personal fields are masked: the right to see them is another one."""
    declared: bool
    """Whether its schema says which fields are personal; if not, all values are masked."""
    content: Any


class ResubmitRequest(BaseModel):
    """The corrected content, and for whom it is."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "body": '{"dossier_code": "H99.22-261128-0001"}',
                    "recipients": ["he-thong-a"],
                    "reason": "Sở Mẫu gửi thiếu mã thủ tục",
                }
            ]
        },
    )

    body: Annotated[str, Field(min_length=1, max_length=MAX_BODY_BYTES)]
    """JSON text: exactly these bytes are signed and sent."""
    recipients: Annotated[tuple[System, ...], Field(min_length=1, max_length=200)]
    reason: Reason


class ResubmittedAnswer(Answer):
    """The new message; what is decided about it stands in its own history."""

    source: str
    id: str
    waits: str | None
    """The request under `/ops/requests` that another person must approve; null: it was sent."""


class CorrectionAnswer(Answer):
    """A message and its corrected copy, as far as the one who asks may see them."""

    masked: bool
    declared: bool
    before: Any
    after: Any
    """null: it was sent, and stands in its own history."""


@router.post("/content", responses=problems(s404=_GONE))
async def content(
    ops: TheOps, person: Looking, source: Source, id: Id, request: ReasonRequest
) -> ContentAnswer:
    """Return what a message says, to who says why; personal fields only to who may see them."""
    seen = await _seen(ops, person, source, id, request.reason)
    shown = seen.shown(seen.body)
    return ContentAnswer(masked=seen.hidden, declared=seen.declared, content=shown)


@router.post("/copies/{digest}", responses=problems(s404=_GONE))
async def corrected(
    ops: TheOps, person: Comparing, source: Source, id: Id, digest: Digest, request: ReasonRequest
) -> CorrectionAnswer:
    """Return what a corrected copy changes, to who shall approve it and says why."""
    copy = None if ops.copies is None else await ops.copies.find(digest)
    if copy is None or (copy.source, copy.id) != (source, id):
        raise Problem(404, Code.NOT_FOUND)
    seen = await _seen(ops, person, source, id, request.reason)
    return CorrectionAnswer(
        masked=seen.hidden,
        declared=seen.declared,
        before=seen.shown(seen.body),
        after=None if copy.body is None else seen.shown(copy.body),
    )


@router.post(
    ":resubmit",
    status_code=202,
    responses=problems(s404=_GONE, s409="The hub has no system of its own that could sign"),
)
async def resubmit(
    ops: TheOps, person: Editing, source: Source, id: Id, request: ResubmitRequest
) -> ResubmittedAnswer:
    """Send a corrected copy: a new message, signed by the hub's own system, never by its sender.

    The same text for the same systems is the same copy: ordered twice, it is one message. Beyond
    `HUB_CORRECTIONS_ALONE` deliveries in a day it waits for another person.
    """
    _, record = await kept_record(ops, person, Action.EDIT_RESUBMIT, source, id)
    if ops.copies is None:
        raise _nobody("HUB_API_OWN_SYSTEM names none")
    original = from_kafka((name, raw or b"") for name, raw in record.headers)
    body, to = request.body.encode(), request.recipients
    parse_json(body)  # Who typed it is told at once where it is no JSON, not the router's audit.
    try:
        made = await ops.copies.send(original, body, to, actor=person.name, reason=request.reason)
    except NoOwnSystem as none:
        raise _nobody(str(none)) from none
    if isinstance(made, Asked):
        own, _, copy = str(made.payload["copy"]).partition("/")
        return ResubmittedAnswer(source=own, id=copy, waits=made.id)
    return ResubmittedAnswer(source=made.own, id=made.copy, waits=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A message that somebody looks at, and what of it he may see."""

    hidden: bool
    paths: frozenset[PersonalPath] | None
    body: bytes

    @property
    def declared(self) -> bool:
        """Whether its schema says which fields are personal."""
        return self.paths is not None

    def shown(self, body: bytes) -> Any:
        """Return a body of this form as he may see it."""
        value = parse_json(body)
        return masked(value, self.paths) if self.hidden else value


async def _seen(ops: Ops, person: Person, source: str, id: str, reason: str) -> _Seen:
    """Return a message's content; the look stands in the trail."""
    hidden, message, record = await _opened(ops, person, source, id)
    urn = message.dataschema or ""
    schema = await Queries(ops.engine).one("schema", urn) if urn else None
    paths = personal_paths(urn, None if schema is None else schema["document"])
    # Invariant 11: in the trail before the first byte leaves.
    with sql_errors("writing the trail"):
        async with ops.engine.begin() as connection:
            await store.lock(connection)
            touched = [(f"message/{source}/{id}", SEEN[hidden])]
            await note(connection, ops.clock(), person.name, reason, touched)
    return _Seen(hidden=hidden, paths=paths, body=record.body)


def _nobody(detail: str) -> Problem:
    return Problem(409, Code.NO_OWN_SYSTEM, detail)


async def _opened(ops: Ops, person: Person, source: str, id: str) -> tuple[bool, MessageRow, Found]:
    """Return whether personal fields are hidden from this person, the message and its record.

    Raises:
        Problem: 404.
    """
    try:
        return False, *await kept_record(ops, person, Action.VIEW_PERSONAL, source, id)
    except Problem as problem:
        if problem.code != Code.NOT_FOUND or not person.may(Action.VIEW_MASKED):
            raise
    return True, *await kept_record(ops, person, Action.VIEW_MASKED, source, id)
