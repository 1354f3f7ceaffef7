"""`/ops/directory`: the organisations level by level, found by name or code, and one by one."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.directory_models import (
    LevelPage,
    OrganisationAnswer,
    OrganisationFound,
    OrganisationsFound,
)
from hub.api.ops.directory_shown import line_shown, organisation_shown
from hub.api.problems import Code, Problem
from hub.api.rights import Action, require
from hub.control.directory_view import DirectoryView
from hub.directory.finding import MAX_TEXT_CHARS
from hub.directory.organisations import Directory, legal_day

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)

MAX_FOUND: Final = 50
"""Who has not found it among these types more of the name."""

TheOps = Annotated[Ops, Depends(ops_of)]
# Printable ASCII: PostgreSQL takes no NUL, and no id has anything else.
OrganisationId = Annotated[str, Path(max_length=64, pattern=r"^[\x21-\x7e]+$")]
Under = Annotated[str, Query(max_length=64, pattern=r"^[\x21-\x7e]*$")]
Text = Annotated[str, Query(min_length=1, max_length=MAX_TEXT_CHARS)]
_READING: Final = [Depends(require(Action.VIEW_RULES))]


@router.get("/directory", responses=problems(), dependencies=_READING)
async def level(
    ops: TheOps,
    under: Under = "",
    after: Under = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 500,
) -> LevelPage:
    """Return who stands right under an organisation; without `under`, who stands under nobody."""
    day = legal_day(ops.clock())
    # One more than asked for: it says whether there is a next page.
    found = await DirectoryView(ops.engine, day).below(under or None, after, limit + 1)
    items = [line_shown(one, day) for one in found[:limit]]
    return LevelPage(items=items, next=items[-1].id if len(found) > limit else None)


@router.get("/directory:find", responses=problems(), dependencies=_READING)
async def find(ops: TheOps, text: Text) -> OrganisationsFound:
    """Return whom a part of a name, or any code, means: also an old code, or a wild spelling."""
    directory, day = ops.rules().directory, legal_day(ops.clock())
    # Off the loop: each name of the country is looked at.
    found = await asyncio.to_thread(ops.finder.find, directory, text, MAX_FOUND + 1)
    by_code = {one.id: one.code for one in found[:MAX_FOUND]}
    lines = await DirectoryView(ops.engine, day).lines(tuple(by_code))
    items = [
        OrganisationFound(
            **line_shown(one, day).model_dump(),
            by_code=by_code[one.id],
            path=_path(directory, one.record.parent),
        )
        for one in lines
    ]
    return OrganisationsFound(items=items, more=len(found) > MAX_FOUND)


@router.get(
    "/directory/{id}", responses=problems(s404="No such organisation"), dependencies=_READING
)
async def one_organisation(ops: TheOps, id: OrganisationId) -> OrganisationAnswer:
    """Return one organisation: codes, contacts, systems, who speaks for it, and its history."""
    day = legal_day(ops.clock())
    found = await DirectoryView(ops.engine, day).whole(id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return organisation_shown(found, ops.rules().directory.groups_of.get(id, ()), day)


def _path(directory: Directory, parent: str | None) -> list[str]:
    names: dict[str, str] = {}
    while parent is not None and parent not in names and parent in directory.organisations:
        names[parent] = directory.organisations[parent].name
        parent = directory.organisations[parent].parent
    return list(reversed(names.values()))
