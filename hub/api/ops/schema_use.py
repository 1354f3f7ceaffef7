"""`/ops/schemas/{name}/use`: who uses a version, and what became of it; its subject's level."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from pydantic import ConfigDict

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.schemas import Name
from hub.api.ops_models import Answer, Asked
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.fields import Reason
from hub.control.schema_history import history_of
from hub.control.schema_versions import Family, family_of
from hub.decision.rules import Rules
from hub.io.sql.schema_use_queries import NEWEST, sent_of
from hub.schemas.compatibility import Level

router: Final = APIRouter(prefix="/ops/schemas", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Publishing = Annotated[Person, Depends(require(Action.PUBLISH_SCHEMAS))]
FamilyName = Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,100}:[0-9]{1,4}$")]


class TakerShown(Answer):
    """A system that takes the type, and for which organisation."""

    organisation: str
    system: str


class SentShown(Answer):
    """What one system sent of one version lately."""

    system: str
    schema_name: str
    """As `dossier.step:1.1`."""
    messages: int
    last_at: datetime


class DeedShown(Answer):
    """One step in the life of the version: who, when and why."""

    at: datetime
    what: str
    actor: str
    reason: str


class LevelAnswer(Answer):
    """What a new version owes to the old ones."""

    subject: str
    level: Level
    own: bool
    """false: it follows the level of all others."""


class UseAnswer(LevelAnswer):
    """Who uses a version of a schema."""

    type: str
    senders: list[str]
    """Systems that may send the type."""
    takers: list[TakerShown]
    subscribers: list[str]
    """Systems that have subscribed to the type."""
    read_as: list[str]
    """Versions into which a body of this one is converted for who reads them."""
    sent: list[SentShown]
    """By the newest messages of the type, at most `looked_at_most`."""
    looked_at_most: int
    history: list[DeedShown]


class LevelRequest(Asked):
    """A level, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"level": "FULL_TRANSITIVE", "reason": "Nhiều bên đọc bản cũ (mẫu)"}]
        }
    )

    level: Level | None
    """null: no level of its own."""
    reason: Reason


@router.get(
    "/{name}/use",
    responses=problems(s404="No such version"),
    dependencies=[Depends(require(Action.VIEW_STATISTICS))],
)
async def use(ops: TheOps, staff: TheStaff, name: Name) -> UseAnswer:
    """Return who may send and who takes a version's type, who sends which version, its history."""
    family = family_of((await staff.schemas.named(name)).parsed)
    level = await _level(staff, family)
    sent = await sent_of(ops.engine, family.type)
    return UseAnswer(
        **level.model_dump(),
        **_named(ops.rules(), family, name),
        sent=[
            SentShown(
                system=one.system,
                schema_name=one.schema.removeprefix("urn:hub:schema:"),
                messages=one.messages,
                last_at=one.last_at,
            )
            for one in sent
        ],
        looked_at_most=NEWEST,
        history=[DeedShown.model_validate(one) for one in await history_of(ops.engine, name)],
    )


@router.put(
    "/{family}/level",
    responses=problems(s400="The body is not JSON", s413="The body is too large"),
)
async def set_level(
    staff: TheStaff, family: FamilyName, request: LevelRequest, person: Publishing
) -> LevelAnswer:
    """Set what new versions owe to the old ones. Safe to repeat."""
    name, _, major = family.rpartition(":")
    found = Family(name=name, major=int(major))
    await staff.schemas.set_level(
        found.subject, request.level, actor=person.name, reason=request.reason
    )
    return await _level(staff, found)


async def _level(staff: Staff, family: Family) -> LevelAnswer:
    level, own = await staff.schemas.level(family.subject)
    return LevelAnswer(subject=family.subject, level=level, own=own)


def _named(rules: Rules, family: Family, name: str) -> dict[str, Any]:
    type_, urn = family.type, f"urn:hub:schema:{name}"
    takers = [
        TakerShown(organisation=organisation, system=system)
        for (organisation, taken), system in sorted(rules.endpoints.items())
        if taken == type_
    ]
    return {
        "type": type_,
        "senders": sorted(system for system, sent in rules.rights if sent == type_),
        "takers": takers,
        "subscribers": sorted({one.system for one in rules.subscriptions.get(type_, ())}),
        "read_as": sorted(
            target.removeprefix("urn:hub:schema:")
            for source, target in rules.conversions
            if source == urn
        ),
    }
