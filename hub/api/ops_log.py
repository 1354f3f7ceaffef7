"""`/ops/log`: the whole log with its entries, for people who may look at every message.

Each shard's prefix, `/ops/log/<shard>`, is one of C2SP tlog-tiles: an auditor's monitor reads it
with an administrator's token.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from hub.api import log
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.log import Shard
from hub.api.rights import Action, require

router: Final = APIRouter(prefix="/ops/log", tags=["log"], route_class=AdminRoute)

_BYTES: Final = {
    "description": "A checkpoint (text), a tile or a bundle.",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "text/plain": {"schema": {"type": "string"}},
    },
}


@router.get(
    "/{shard}/{resource:path}",
    responses={200: _BYTES, **problems(s404="The log has no such part")},
    dependencies=[Depends(require(Action.VIEW_METADATA))],
    response_class=Response,
)
async def read(
    request: Request, shard: Shard, resource: Annotated[str, "checkpoint or a tile"]
) -> Response:
    """Return a shard's checkpoint, one of its tiles, or a bundle of its entries."""
    if resource == "checkpoint":
        return await log.get_checkpoint(request, shard)
    return await log.tile_of(request, shard, resource)
