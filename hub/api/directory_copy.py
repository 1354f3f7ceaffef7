"""`GET /v1/directory/copy`: the signed copy of the directory, for every registered system."""

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hub.api.callers import Calling
from hub.api.deps import deps_of
from hub.api.problems import Code, Problem

STATEMENT: Final = "hub-copy"
"""The header with the hub's statement about the content: a JWS."""

router = APIRouter(tags=["directory"])


@router.get("/v1/directory/copy")
async def get_copy(request: Request, caller: Calling) -> Response:  # noqa: ARG001  (any system)
    """Return the content, and in the header `hub-copy` what the hub signs about it.

    With `If-None-Match` of the content one has: 304, and the header, which is good for longer.
    """
    copies = deps_of(request).copies
    if copies is None:
        raise Problem(404, Code.NOT_FOUND, "this hub has no seal to sign a copy with")
    copy = await copies.current()
    headers = {
        STATEMENT: copy.jws,
        # Weak: the same content may travel compressed or not (RFC 9110, section 8.8.1).
        "etag": f'W/"{copy.content.sha256}"',
        "cache-control": "private, no-cache",
        "vary": "accept-encoding, authorization",
    }
    if copy.content.sha256 in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        content = copy.content.gzipped
    else:
        content = await asyncio.to_thread(copy.content.plain)
    return Response(content, media_type="application/json", headers=headers)
