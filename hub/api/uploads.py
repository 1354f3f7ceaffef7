"""`/v1/objects/uploads`: an object in several parts, for lines that break."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Body, Header, Request
from starlette.responses import Response

from hub.api.bodies import limited
from hub.api.callers import Calling
from hub.api.deps import Deps, deps_of
from hub.api.objects import created
from hub.api.pressure import MAX_TRANSFERS
from hub.api.problems import Code, Problem
from hub.api.transfers import check_room, steady
from hub.io.objects import MAX_OBJECT_BYTES
from hub.io.uploads import MAX_PART_BYTES, OffsetDiffers, Upload

router = APIRouter(tags=["objects"])

Offset = Annotated[int, Header(alias="upload-offset", ge=0, le=MAX_OBJECT_BYTES)]


@router.post("/v1/objects/uploads", status_code=201)
async def post_upload(
    request: Request,
    caller: Calling,
    size: Annotated[int, Body(embed=True, ge=0, le=MAX_OBJECT_BYTES)],
) -> Response:
    """Begin an upload of `size` bytes."""
    deps = deps_of(request)
    await check_room(deps, caller.system)
    upload = await deps.uploads.begin(caller.system, size)
    return _progress(upload, 201)


# Before the upload itself, whose id may be any text until it is looked at.
@router.post("/v1/objects/uploads/{upload_id}:complete", status_code=201)
async def complete_upload(request: Request, caller: Calling, upload_id: UUID) -> Response:
    """Make the object of its parts; the answer names it by its SHA-256."""
    deps = deps_of(request)
    with deps.pressure.one(caller.system, MAX_TRANSFERS):
        upload = await _upload(deps, caller.system, upload_id)
        try:
            return created(await deps.uploads.complete(caller.system, upload))
        except OffsetDiffers as differs:
            raise _conflict(differs) from None


@router.get("/v1/objects/uploads/{upload_id}")
async def get_upload(request: Request, caller: Calling, upload_id: UUID) -> Response:
    """Say how many bytes have arrived: where the next part begins."""
    return _progress(await _upload(deps_of(request), caller.system, upload_id))


@router.patch("/v1/objects/uploads/{upload_id}")
async def patch_upload(
    request: Request, caller: Calling, upload_id: UUID, upload_offset: Offset
) -> Response:
    """Add a part, of at most 16 MiB, that begins at `Upload-Offset`."""
    deps = deps_of(request)
    with deps.pressure.one(caller.system, MAX_TRANSFERS):
        upload = await _upload(deps, caller.system, upload_id)
        room = min(MAX_PART_BYTES, upload.size - upload.received)
        try:
            upload = await deps.uploads.append(
                upload, upload_offset, steady(limited(request, room))
            )
        except OffsetDiffers as differs:
            raise _conflict(differs) from None
    return _progress(upload)


@router.delete("/v1/objects/uploads/{upload_id}", status_code=204)
async def delete_upload(request: Request, caller: Calling, upload_id: UUID) -> Response:
    """Give up an upload."""
    deps = deps_of(request)
    await deps.uploads.drop(await _upload(deps, caller.system, upload_id))
    return Response(status_code=204)


async def _upload(deps: Deps, system: str, upload_id: UUID) -> Upload:
    upload = await deps.uploads.find(system, str(upload_id))
    if upload is None:
        raise Problem(404, Code.NOT_FOUND)
    return upload


def _progress(upload: Upload, status: int = 200) -> Response:
    url = f"/v1/objects/uploads/{upload.id}"
    document = {"id": upload.id, "url": url, "size": upload.size, "received": upload.received}
    return Response(
        orjson.dumps(document),
        status_code=status,
        media_type="application/json",
        headers={"upload-offset": str(upload.received), "content-location": url},
    )


def _conflict(differs: OffsetDiffers) -> Problem:
    return Problem(
        409,
        Code.CONFLICT,
        "the part must begin where the last one ended",
        headers={"upload-offset": str(differs.received)},
        extra={"received": differs.received},
    )
