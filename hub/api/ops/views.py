"""`/ops/views`: saved and shared views of lists."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require, signed_in
from hub.control.fields import Name, Reason
from hub.control.saved_views import SavedViews, View

router: Final = APIRouter(prefix="/ops/views", tags=["operators"], route_class=AdminRoute)

MAX_QUERY: Final = 2_000
"""Characters of a query: as long as every browser takes a URL."""

Screen = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$")]
ViewId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")]
TheOps = Annotated[Ops, Depends(ops_of)]
Known = Annotated[Person, Depends(signed_in)]
Saving = Annotated[Person, Depends(require())]
"""Everybody who is known, unless the hub is in read-only mode."""

_SAVE: Final[dict[str, Any]] = {
    "screen": "messages",
    "name": "Thư chết hôm nay",
    "query": "state=dead_letter",
}


class SaveRequest(BaseModel):
    """A view to save. Sharing it is for everybody's eyes, so it needs a reason."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [_SAVE]})

    screen: Screen
    name: Name
    query: Annotated[str, Field(max_length=MAX_QUERY), StringConstraints(pattern=r"^[\x21-\x7e]*$")]
    """As it stands in a URL: percent-encoded."""
    shared: bool = False
    reason: Reason | None = None


class ViewShown(BaseModel):
    """A saved view."""

    id: str
    screen: str
    name: str
    query: str
    shared: bool
    owner: str
    mine: bool
    created_at: datetime


class ViewList(BaseModel):
    """One's own views and the shared ones."""

    items: list[ViewShown]


@router.get("", responses=problems())
async def views(
    ops: TheOps, person: Known, screen: Annotated[Screen | None, Query()] = None
) -> ViewList:
    """Return one's own views and the shared ones, by name."""
    found = await SavedViews(ops.engine, ops.clock).seen_by(person.name, screen)
    return ViewList(items=[_shown(view, person) for view in found])


@router.post(
    "",
    status_code=201,
    responses=problems(
        s400="The body is not JSON",
        s403="Sharing needs its own right",
        s409="Too many views",
        s413="The body is too large",
    ),
)
async def save(ops: TheOps, person: Saving, request: SaveRequest) -> ViewShown:
    """Save a view, in the place of one's own with the same name."""
    if request.shared and request.reason is None:
        raise Problem(422, Code.INVALID_REQUEST, "sharing needs a reason", place="reason")
    if request.shared and not person.may(Action.SHARE_VIEWS):
        raise Problem(403, Code.FORBIDDEN, f"this needs the right {Action.SHARE_VIEWS}")
    view = await SavedViews(ops.engine, ops.clock).save(
        owner=person.name,
        screen=request.screen,
        name=request.name,
        query=request.query,
        reason=request.reason if request.shared else None,
    )
    return _shown(view, person)


@router.delete("/{id}", status_code=204, responses=problems(s404="It is somebody else's"))
async def delete(ops: TheOps, person: Saving, id: ViewId) -> None:
    """Delete one's own view. Safe to repeat."""
    if not await SavedViews(ops.engine, ops.clock).delete(id, actor=person.name):
        raise Problem(404, Code.NOT_FOUND)


def _shown(view: View, person: Person) -> ViewShown:
    names = ("id", "screen", "name", "query", "shared", "owner", "created_at")
    told = {name: getattr(view, name) for name in names}
    return ViewShown(**told, mine=view.owner == person.name)
