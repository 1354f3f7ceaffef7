"""`/ops/log`: how the log stands, and all of it, for who may look at every message.

Each shard's prefix, `/ops/log/<shard>`, is one of C2SP tlog-tiles: an auditor's monitor reads it
with an administrator's token.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from hub.api import log
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.deps import deps_of
from hub.api.log import Before, Limit, Shard
from hub.api.log_standing import LogStanding, standing
from hub.api.rights import Action, require

router: Final = APIRouter(prefix="/ops/log", tags=["log"], route_class=AdminRoute)

LOOKING: Final = [Depends(require(Action.VIEW_METADATA))]
_BYTES: Final = {
    "description": "A checkpoint (text), a tile or a bundle.",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "text/plain": {"schema": {"type": "string"}},
    },
}


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
