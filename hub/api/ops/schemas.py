"""`/ops/schemas`: which versions of which body there are, who uses them, and does a sample fit?"""

import asyncio
from collections import defaultdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from lgsp_message.jsontext import parse_json
from lgsp_message.limits import MAX_BODY_BYTES
from lgsp_message.reason import Refused
from pydantic import BaseModel, ConfigDict, Field

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.explained import explained
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops_models import Answer
from hub.api.rights import Action, require
from hub.api.staff import Staff, staff_of
from hub.decision.rules import Rules
from hub.schemas.event_types import BY_TYPE, SchemaName, parse_schema, schema_fits_type
from hub.schemas.validate import CompiledSchema, compile_schema

router: Final = APIRouter(prefix="/ops/schemas", tags=["operators"], route_class=AdminRoute)

MOST: Final = 100
"""Most broken rules that are told of one sample: who has that many begins with the first."""

TheOps = Annotated[Ops, Depends(ops_of)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Name = Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,100}:[0-9]{1,4}\.[0-9]{1,4}$")]


class SubjectShown(Answer):
    """One form of bodies: a schema's name and major version, and the type that it belongs to."""

    name: str
    major: int
    type: str | None
    """null: no type names it yet."""
    vi: str | None
    en: str | None
    minors: list[int]
    """The published versions, the newest first."""
    senders: int
    """Systems that may send the type."""
    takers: int
    """Organisations that have an endpoint for it."""


class SubjectsAnswer(Answer):
    """All of them, by name."""

    items: list[SubjectShown]


class SampleRequest(BaseModel):
    """A body to try, as text: what is no JSON shall be told too."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"sample": '{"dossier_code": "H99.22-261128-0001"}'}]},
    )

    sample: Annotated[str, Field(max_length=MAX_BODY_BYTES)]


class ViolationShown(Answer):
    """A broken rule; never the value that breaks it."""

    pointer: str
    """JSON Pointer (RFC 6901) into the sample; empty: the whole."""
    keyword: str
    rule: str


class CheckedAnswer(Answer):
    """Whether a sample fits."""

    fits: bool
    reason: str | None
    """Why the hub would refuse it before it looks at the schema, as `malformed_body`."""
    place: str | None
    help: dict[str, Any] | None
    violations: list[ViolationShown]


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_RULES))])
async def subjects(ops: TheOps) -> SubjectsAnswer:
    """Return the published schemas by subject, with who uses each."""
    return SubjectsAnswer(items=_subjects(ops.rules()))


@router.post(
    "/{name}:check",
    responses=problems(
        s400="The body is not JSON", s404="No such schema", s413="The body is too large"
    ),
    # It writes nothing: a POST only because a sample does not fit into a URL.
    dependencies=[Depends(require(Action.VIEW_RULES, writes=False))],
)
async def check(ops: TheOps, staff: TheStaff, name: Name, request: SampleRequest) -> CheckedAnswer:
    """Return which rules of a schema a sample breaks, of a draft too. Nothing is stored."""
    schema = ops.rules().schemas.get(f"urn:hub:schema:{name}") or await _draft(staff, name)
    # Off the loop: a large sample takes its time.
    return await asyncio.to_thread(_checked, schema, request.sample)


async def _draft(staff: Staff, name: str) -> CompiledSchema:
    kept = await staff.schemas.named(name)
    return await asyncio.to_thread(compile_schema, kept.document)


def _checked(schema: CompiledSchema, sample: str) -> CheckedAnswer:
    try:
        value = parse_json(sample.encode())
    except Refused as refused:
        return CheckedAnswer(
            fits=False,
            reason=refused.reason,
            place=refused.place,
            help=explained(refused.reason).get("help"),
            violations=[],
        )
    broken = [
        ViolationShown(pointer=one.pointer, keyword=one.keyword, rule=one.rule)
        for one in schema.violations(value, MOST)
    ]
    return CheckedAnswer(fits=not broken, reason=None, place=None, help=None, violations=broken)


def _subjects(rules: Rules) -> list[SubjectShown]:
    minors: dict[tuple[str, int], list[SchemaName]] = defaultdict(list)
    for urn in rules.schemas:
        parsed = parse_schema(urn)
        if parsed is not None:
            minors[parsed.name, parsed.major].append(parsed)
    return [_subject(rules, minors[key]) for key in sorted(minors)]


def _subject(rules: Rules, versions: list[SchemaName]) -> SubjectShown:
    newest = max(versions, key=lambda one: one.minor)
    type_ = _type(rules, newest)
    known = BY_TYPE.get(type_ or "")
    return SubjectShown(
        name=newest.name,
        major=newest.major,
        type=type_,
        vi=known.vi if known else None,
        en=known.en if known else None,
        minors=sorted((one.minor for one in versions), reverse=True),
        senders=sum(sent == type_ for _, sent in rules.rights),
        takers=sum(taken == type_ for _, taken in rules.endpoints),
    )


def _type(rules: Rules, schema: SchemaName) -> str | None:
    """Return the type that names a schema: a shipped one, or one that somebody sends or takes."""
    named = [*BY_TYPE, *(one for _, one in rules.rights), *(one for _, one in rules.endpoints)]
    return next((one for one in named if schema_fits_type(one, str(schema))), None)
