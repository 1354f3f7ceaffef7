"""`/ops/log`: how the log stands, and all of it, for who may look at every message.

Each shard's prefix, `/ops/log/<shard>`, is one of C2SP tlog-tiles: an auditor's monitor reads it
with an administrator's token. An export of a period is begun here, and then read from there.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from hub.api import log
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.deps import deps_of
from hub.api.log import Before, Limit, Shard
from hub.api.log_standing import LogStanding, standing
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.control import store
from hub.control.trail import note
from hub.evidence.period import NotSettled, plan
from hub.io.sql.engine import sql_errors

router: Final = APIRouter(prefix="/ops/log", tags=["log"], route_class=AdminRoute)

LOOKING: Final = [Depends(require(Action.VIEW_METADATA))]
_BYTES: Final = {
    "description": "A checkpoint (text), a tile or a bundle.",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "text/plain": {"schema": {"type": "string"}},
    },
}

EXPORTED: Final = "export_log"
"""What the trail calls it."""


class Wanted(ReasonRequest):
    """Which period, and why."""

    since: AwareDatetime
    until: AwareDatetime


_MANIFEST: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file export.json; docs/evidence.md says what is in it",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/exports",
    responses=_MANIFEST | problems(s409="The log has not settled since the end of the period"),
    response_class=Response,
)
async def begin_export(
    request: Request,
    wanted: Wanted,
    person: Annotated[Person, Depends(require(Action.EVIDENCE, writes=False))],
    ops: Annotated[Ops, Depends(ops_of)],
) -> Response:
    """Return which leaves an export of the period holds, and the anchors around it."""
    if wanted.since >= wanted.until:
        raise Problem(422, Code.INVALID_REQUEST, "since is before until")
    # Invariant 11: in the trail before the first byte leaves.
    with sql_errors("writing the trail"):
        async with ops.engine.begin() as connection:
            await store.lock(connection)
            touched = [(f"log/{wanted.since.isoformat()}/{wanted.until.isoformat()}", EXPORTED)]
            await note(connection, ops.clock(), person.name, wanted.reason, touched)
    desk = log.desk_of(request)
    try:
        export = await plan(desk, wanted.since, wanted.until, ops.clock())
    except NotSettled as error:
        raise Problem(409, Code.CONFLICT, str(error)) from error
    return Response(export.encode(), media_type="application/json")


@router.get("", responses=problems(s404="This hub serves no log"), dependencies=LOOKING)
async def summary(
    request: Request, before: Before = log.MAX_SIZE, limit: Limit = 20
) -> LogStanding:
    """Return how all shards stand, whether their time is proven, and whether anybody witnesses it.

    `before`: the anchors with smaller numbers.
    """
    return await standing(log.desk_of(request), deps_of(request).clock(), before, limit)


@router.get(
    "/{shard}/{resource:path}",
    responses={200: _BYTES, **problems(s404="The log has no such part")},
    dependencies=LOOKING,
    response_class=Response,
)
async def read(
    request: Request, shard: Shard, resource: Annotated[str, "checkpoint or a tile"]
) -> Response:
    """Return a shard's checkpoint, one of its tiles, or a bundle of its entries."""
    if resource == "checkpoint":
        return await log.get_checkpoint(request, shard)
    return await log.tile_of(request, shard, resource)
