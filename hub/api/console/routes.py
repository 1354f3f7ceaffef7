"""Serve the console. Every address below it is the same page: the page itself knows its screens."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.api.console.files import PAGE, File, built
from hub.api.problems import Code, Problem

ASSETS: Final = "assets/"
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""For files whose names hold their hash."""
ASK_AGAIN: Final = "no-cache"
"""For the page: a new release is seen at the next visit."""


async def get_root(_: Request) -> Response:
    """Lead whoever types the hub's address to the console."""
    return RedirectResponse("/console/", status_code=307)


async def get_console(request: Request) -> Response:
    """Return a built file, or the page for every other address below `/console`.

    Raises:
        Problem: 404 for an asset that does not exist, or where the console was not built.
    """
    path: str = request.path_params.get("path", "")
    known = built()
    # A missing asset must not be answered with the page: a script that is HTML is no script.
    name = path if path in known or path.startswith(ASSETS) else PAGE
    found = known.get(name)
    if found is None:
        raise Problem(404, Code.NOT_FOUND, "no such file of the console")
    return _answer(request, found, name)


def _answer(request: Request, found: File, name: str) -> Response:
    headers = {
        "cache-control": FOR_EVER if name.startswith(ASSETS) else ASK_AGAIN,
        "etag": found.etag,
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    body = found.body
    if found.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["content-encoding"] = found.zipped, "gzip"
    return Response(body, media_type=found.media_type, headers=headers)


ROUTES: Final[tuple[BaseRoute, ...]] = (
    Route("/", get_root, methods=["GET"]),
    Route("/console", get_console, methods=["GET"]),
    Route("/console/{path:path}", get_console, methods=["GET"]),
)
