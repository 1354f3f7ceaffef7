"""`/v1/admin`: the control plane. One door to change the rules, and what there is to read."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from hub.api.admin_dependencies import control_of, outbox_of
from hub.api.admin_models import (
    Collection,
    EntityPage,
    HeadAnswer,
    MadeVersionAnswer,
    TrailAnswer,
    TrailEntryAnswer,
    VersionAnswer,
    VersionPage,
    WrittenAnswer,
    problems,
)
from hub.api.admin_route import AdminRoute
from hub.api.change_rights import CHANGING, expect_rights
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.staff import staff_of
from hub.control.changes import ChangeSet
from hub.control.outbox import OutboxWorker
from hub.control.queries import Queries
from hub.control.service import Control
from hub.control.versions import StoredVersion, Versions

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=AdminRoute)

# Printable ASCII: PostgreSQL takes no NUL, and no id has anything else.
After = Annotated[str, Query(max_length=200, pattern=r"^[\x20-\x7e]*$")]
Id = Annotated[str, Path(max_length=200, pattern=r"^[\x21-\x7e]+$")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
TheControl = Annotated[Control, Depends(control_of)]


@router.post(
    "/changes",
    responses=problems(
        s400="The body is not JSON",
        s409="It contradicts what is there",
        s413="Too many changes at once",
    ),
)
async def write(
    connection: Request,
    request: ChangeSet,
    control: TheControl,
    person: Annotated[Person, Depends(CHANGING)],
) -> WrittenAnswer:
    """Make these changes the next version of the rules: all of them, or none. Safe to repeat."""
    await expect_rights(connection, person, request)
    staff_of(connection).schemas.expect_reviewed(request.changes)
    return WrittenAnswer.model_validate(await control.write(request, actor=person.name))


@router.get("/rules", responses=problems(), dependencies=[Depends(require(Action.VIEW_RULES))])
async def head(
    control: TheControl, outbox: Annotated[OutboxWorker | None, Depends(outbox_of)]
) -> HeadAnswer:
    """Return the newest version, and whether routers can know it."""
    versions = Versions(control.engine)
    number, hash_ = await versions.head()
    stored = await versions.get(number)
    published = stored is None or stored.published_at is not None
    problem = None if outbox is None else outbox.error
    return HeadAnswer(version=number, hash=hash_, published=published, problem=problem)


@router.get(
    "/rules-versions", responses=problems(), dependencies=[Depends(require(Action.VIEW_RULES))]
)
async def versions(
    control: TheControl,
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    limit: Limit = 50,
) -> VersionPage:
    """Return versions of the rules, the newest first, with who made each and why."""
    found = await Versions(control.engine).page(before, limit)
    items = [
        MadeVersionAnswer(**_told(one.stored).model_dump(), actor=one.actor, reason=one.reason)
        for one in found
    ]
    return VersionPage(items=items, next=items[-1].version if len(items) == limit else None)


@router.get(
    "/rules/{version}",
    responses=problems(s404="No such version"),
    dependencies=[Depends(require(Action.VIEW_RULES))],
)
async def version(control: TheControl, version: Number) -> VersionAnswer:
    """Return one version of the rules."""
    stored = await Versions(control.engine).get(version)
    if stored is None:
        raise Problem(404, Code.NOT_FOUND)
    return _told(stored)


@router.get(
    "/rules/{version}/changes",
    responses=problems(),
    dependencies=[Depends(require(Action.VIEW_RULES))],
)
async def version_changes(
    control: TheControl, version: Number, after: After = "", limit: Limit = 100
) -> EntityPage:
    """Return what a version changed: each entity's key and its new value, null where removed."""
    page = await Queries(control.engine).version_changes(version, after, limit)
    return EntityPage.model_validate(page)


@router.get("/trail", responses=problems(), dependencies=[Depends(require(Action.READ_AUDIT))])
async def trail(
    control: TheControl,
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    entity: After = "",
    limit: Limit = 100,
) -> TrailAnswer:
    """Return who wrote when and why; with `entity` (`system/<name>`) only what touched it."""
    found = await Queries(control.engine).trail(before=before, entity=entity, limit=limit)
    items = [TrailEntryAnswer.model_validate(entry) for entry in found]
    return TrailAnswer(items=items, next=items[-1].id if len(items) == limit else None)


@router.get(
    "/trail/{entry}/entities",
    responses=problems(),
    dependencies=[Depends(require(Action.READ_AUDIT))],
)
async def trail_entities(
    control: TheControl, entry: Number, after: After = "", limit: Limit = 100
) -> EntityPage:
    """Return what one write changed, and by which kind of change."""
    page = await Queries(control.engine).trail_entities(entry, after, limit)
    return EntityPage.model_validate(page)


@router.get(
    "/{collection}", responses=problems(), dependencies=[Depends(require(Action.VIEW_RULES))]
)
async def entities(
    control: TheControl, collection: Collection, after: After = "", limit: Limit = 100
) -> EntityPage:
    """Return the entities of a kind, by id."""
    page = await Queries(control.engine).page(collection.kind, after, limit)
    return EntityPage.model_validate(page)


@router.get(
    "/{collection}/{id:path}",
    responses=problems(s404="No such entity"),
    dependencies=[Depends(require(Action.VIEW_RULES))],
)
async def one_entity(control: TheControl, collection: Collection, id: Id) -> dict[str, object]:
    """Return one entity."""
    found = await Queries(control.engine).one(collection.kind, id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return found


def _told(stored: StoredVersion) -> VersionAnswer:
    record = stored.record
    return VersionAnswer(
        version=record.version,
        hash=record.hash,
        previous=record.previous,
        at=record.at,
        changes=record.changes,
        published_at=stored.published_at,
    )
