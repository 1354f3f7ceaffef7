"""`/v1/objects`: content too large for a message, streamed in and out, named by its hash."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response, StreamingResponse

from hub.api.bodies import announced_length, limited, too_large
from hub.api.callers import Calling
from hub.api.deps import Deps, deps_of
from hub.api.pressure import MAX_TRANSFERS
from hub.api.problems import Code, Problem
from hub.api.transfers import check_room, steady
from hub.io.objects import MAX_OBJECT_BYTES, ObjectTooLarge, Stored

CATCH_UP_SECONDS: Final = (0.1, 0.2, 0.4, 0.8, 1.5)
"""A recipient may ask before the recorder has noted its access: it is looked for again."""

MEDIA_TYPE: Final = "application/octet-stream"
"""The hub does not say what an object is: the message that refers to it does."""

Hash = Annotated[str, Path(pattern=r"^sha256:[0-9a-f]{64}$")]
_RANGE: Final = re.compile(r"bytes=(?:(\d{1,12})-(\d{0,12})|-(\d{1,12}))", re.ASCII)

router = APIRouter(tags=["objects"])


@router.post("/v1/objects", status_code=201)
async def post_object(request: Request, caller: Calling) -> Response:
    """Store an object; the answer names it by its SHA-256."""
    deps = deps_of(request)
    announced = announced_length(request)
    if announced is not None and announced > MAX_OBJECT_BYTES:
        raise too_large(MAX_OBJECT_BYTES)
    with deps.pressure.one(caller.system, MAX_TRANSFERS):
        await check_room(deps, caller.system)
        pieces = steady(limited(request, MAX_OBJECT_BYTES))
        try:
            stored = await deps.objects.put(caller.system, pieces)
        except ObjectTooLarge:
            raise too_large(MAX_OBJECT_BYTES) from None
    return created(stored)


@router.get("/v1/objects/{hash}")
async def get_object(
    request: Request,
    caller: Calling,
    hash: Hash,  # noqa: A002  (the name in the path)
    range: Annotated[str | None, Header()] = None,  # noqa: A002  (the name of the header)
) -> Response:
    """Return an object's bytes, or one range of them."""
    deps = deps_of(request)
    with deps.pressure.one(caller.system, MAX_TRANSFERS):
        stored = await _readable(deps, caller.system, hash)
    wanted = _range_of(range, stored.size)
    start, end = wanted or (0, stored.size)
    headers = _headers(stored) | {"content-length": str(end - start)}
    if wanted:
        headers["content-range"] = f"bytes {start}-{end - 1}/{stored.size}"
    pieces = deps.objects.read(stored, start, end)
    # Before the answer begins: a store that is away is a 503, not a broken 200.
    first = await anext(pieces, b"")
    return StreamingResponse(
        _counted(deps, caller.system, first, pieces),
        status_code=206 if wanted else 200,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


@router.head("/v1/objects/{hash}")
async def head_object(
    request: Request,
    caller: Calling,
    hash: Hash,  # noqa: A002  (the name in the path)
) -> Response:
    """Say whether the caller may read the object, and how large it is."""
    stored = await deps_of(request).objects.find(caller.system, hash)
    if stored is None:
        raise _not_found()
    headers = _headers(stored) | {"content-length": str(stored.size)}
    return Response(media_type=MEDIA_TYPE, headers=headers)


def created(stored: Stored) -> Response:
    """Return the answer to a completed upload."""
    document = {"hash": stored.hash, "size": stored.size}
    location = {"location": f"/v1/objects/{stored.hash}"}
    return Response(
        orjson.dumps(document), status_code=201, media_type="application/json", headers=location
    )


async def _readable(deps: Deps, system: str, hash_: str) -> Stored:
    for pause in (*CATCH_UP_SECONDS, None):
        stored = await deps.objects.find(system, hash_)
        if stored is not None:
            return stored
        if pause is not None:
            await asyncio.sleep(pause)
    raise _not_found()


async def _counted(
    deps: Deps, system: str, first: bytes, rest: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    with deps.pressure.one(system, MAX_TRANSFERS):
        yield first
        async for piece in rest:
            yield piece


def _range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the bytes [start, end) that are asked for; None for all of them.

    A form that we do not serve (several ranges, other units) may be ignored (RFC 9110, 14.2).
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
    if start >= end:
        unsatisfied = {"content-range": f"bytes */{size}"}
        raise Problem(416, Code.RANGE_NOT_SATISFIABLE, headers=unsatisfied)
    return start, end


def _headers(stored: Stored) -> dict[str, str]:
    return {
        "etag": f'"{stored.hash}"',
        "accept-ranges": "bytes",
        "cache-control": "private, no-store",
        # Whatever it is, a browser must not run it in the hub's name.
        "content-disposition": "attachment",
        "x-content-type-options": "nosniff",
    }


def _not_found() -> Problem:
    return Problem(404, Code.NOT_FOUND)
