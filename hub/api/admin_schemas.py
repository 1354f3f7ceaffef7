"""`/v1/admin/schema-versions`: the life of a schema, from the draft to its retirement."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.changes import ChangeSet, DeprecateSchema, RetireSchema
from hub.control.fields import Reason
from hub.control.fields import SchemaName as NameOfSchema
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.schema_rows import Kept, SchemaState
from hub.control.schema_versions import family_of, versions
from hub.control.service import Control
from hub.schemas.compatibility import Level, breaks
from hub.schemas.event_types import SchemaName, parse_schema
from hub.schemas.lint import UnsafeSchema

router: Final = APIRouter(
    prefix="/v1/admin/schema-versions", tags=["admin"], route_class=AdminRoute
)

Name = Annotated[NameOfSchema, Path(pattern=r"^[a-z0-9.-]{1,100}:[0-9]{1,4}\.[0-9]{1,4}$")]
TheStaff = Annotated[Staff, Depends(staff_of)]
TheControl = Annotated[Control, Depends(control_of)]
Publishing = Annotated[Person, Depends(require(Action.PUBLISH_SCHEMAS))]

_ANSWERS: Final = problems(
    s400="The body is not JSON",
    s404="No such version",
    s409="It is in another state, breaks older versions, or needs another person",
    s413="The body is too large",
)


class DraftRequest(BaseModel):
    """A document to draft; its `$id` says of which type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: dict[str, Any]
    reason: Reason


class CompareRequest(BaseModel):
    """A document to compare; its `$id` says with what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: dict[str, Any]


class SchemaVersionShown(BaseModel):
    """One version, without its document."""

    model_config = ConfigDict(frozen=True)

    id: int
    guid: str
    name: str
    subject: str
    state: SchemaState
    author: str | None
    at: datetime | None


class SchemaVersionAnswer(SchemaVersionShown):
    """One version."""

    document: dict[str, Any]


class SchemaVersionsAnswer(BaseModel):
    """All versions, by name, the oldest first."""

    items: list[SchemaVersionShown]


class ComparedAnswer(BaseModel):
    """Whether a document may be the next version."""

    level: Level
    compatible: bool
    broken: list[str]


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_RULES))])
async def all_versions(staff: TheStaff) -> SchemaVersionsAnswer:
    """Return every version with its state, drafts among them."""
    found = await staff.schemas.all()
    return SchemaVersionsAnswer(items=[SchemaVersionShown(**_fields(one)) for one in found])


@router.post(
    ":compare",
    responses=_ANSWERS,
    # It writes nothing: a POST only because a schema does not fit into a URL.
    dependencies=[Depends(require(Action.VIEW_RULES, writes=False))],
)
async def compare(staff: TheStaff, request: CompareRequest) -> ComparedAnswer:
    """Return whether a document may be the next version, by its subject's level."""
    parsed = _parsed(request.document)
    level, _ = await staff.schemas.level(family_of(parsed).subject)
    there = await staff.schemas.of(family_of(parsed))
    try:
        found = await asyncio.to_thread(breaks, level, request.document, versions(there))
    except UnsafeSchema as error:
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, str(error), "document") from error
    return ComparedAnswer(level=level, compatible=not found, broken=[str(one) for one in found])


@router.post("", responses=_ANSWERS)
async def draft(staff: TheStaff, request: DraftRequest, person: Publishing) -> SchemaVersionAnswer:
    """Keep a document as the next version's draft. The same document again changes nothing."""
    family = family_of(_parsed(request.document))
    kept = await staff.schemas.draft(
        family, request.document, actor=person.name, reason=request.reason
    )
    return _answer(kept)


@router.post("/{name}:submit", responses=_ANSWERS)
async def submit(
    staff: TheStaff, name: Name, request: ReasonRequest, person: Publishing
) -> SchemaVersionAnswer:
    """Ask for another person's approval; it waits under `/ops/requests`. Safe to repeat."""
    return _answer(await staff.schemas.submit(name, actor=person.name, reason=request.reason))


@router.post("/{name}:approve", responses=_ANSWERS)
async def approve(
    staff: TheStaff, name: Name, request: ReasonRequest, person: Publishing
) -> SchemaVersionAnswer:
    """Publish a draft; where the hub wants four eyes, what another person submitted."""
    return _answer(await staff.schemas.approve(name, actor=person.name, reason=request.reason))


@router.post("/{name}:drop", responses=_ANSWERS)
async def drop(
    staff: TheStaff, name: Name, request: ReasonRequest, person: Publishing
) -> SchemaVersionAnswer:
    """Give a draft up. Its number stays its own."""
    return _answer(await staff.schemas.drop(name, actor=person.name, reason=request.reason))


@router.post("/{name}:deprecate", responses=_ANSWERS)
async def deprecate(
    staff: TheStaff, control: TheControl, name: Name, request: ReasonRequest, person: Publishing
) -> SchemaVersionAnswer:
    """Advise against a published version; messages that name it are still taken."""
    change = DeprecateSchema(change="deprecate_schema", schema_name=name)
    return await _change(staff, control, change, request, person)


@router.post("/{name}:retire", responses=_ANSWERS)
async def retire(
    staff: TheStaff, control: TheControl, name: Name, request: ReasonRequest, person: Publishing
) -> SchemaVersionAnswer:
    """Refuse what names a deprecated version, for ever."""
    change = RetireSchema(change="retire_schema", schema_name=name)
    return await _change(staff, control, change, request, person)


# Last: a name takes any text, that of the words above too.
@router.get(
    "/{name}",
    responses=problems(s404="No such version"),
    dependencies=[Depends(require(Action.VIEW_RULES))],
)
async def one_version(staff: TheStaff, name: Name) -> SchemaVersionAnswer:
    """Return one version."""
    return _answer(await staff.schemas.named(name))


async def _change(
    staff: Staff,
    control: Control,
    change: DeprecateSchema | RetireSchema,
    request: ReasonRequest,
    person: Person,
) -> SchemaVersionAnswer:
    changes = ChangeSet(reason=request.reason, changes=(change,))
    await control.write(changes, actor=person.name)
    return _answer(await staff.schemas.named(change.schema_name))


def _parsed(document: dict[str, Any]) -> SchemaName:
    found = parse_schema(str(document.get("$id", "")))
    if found is None:
        detail = "$id says of which type it is: urn:hub:schema:<name>:<major>.<minor>"
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, detail, "document/$id")
    return found


def _fields(kept: Kept) -> dict[str, Any]:
    names = ("id", "guid", "name", "state", "author", "at")
    return {name: getattr(kept, name) for name in names} | {
        "subject": family_of(kept.parsed).subject
    }


def _answer(kept: Kept) -> SchemaVersionAnswer:
    return SchemaVersionAnswer(**_fields(kept), document=kept.document)
