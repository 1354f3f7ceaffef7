"""Read a request's body without ever holding more than its limit."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from lgsp_message.reason import Reason
from starlette.requests import ClientDisconnect, Request

from hub.api.problems import Code, Problem

BODY_SECONDS: Final = 30
"""How long a message or batch may take to arrive. A slow client must not hold a place for ever;
256 KiB in 30 s is slower than the worst rural line."""


class Gone(Exception):
    """The client went away before its request was complete. There is nobody to answer."""


async def read_body(request: Request, most: int) -> bytes:
    """Return the body, of at most `most` bytes.

    Raises:
        Problem: `too_large`, `body_timeout` or `invalid_request`.
        Gone: the client disconnected.
    """
    announced = announced_length(request)
    if announced is not None and announced > most:
        raise too_large(most)
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in limited(request, most):
                chunks.append(chunk)  # noqa: PERF401  (the generator raises between chunks)
    except TimeoutError:
        raise body_timeout(BODY_SECONDS) from None
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def limited(request: Request, most: int) -> AsyncIterator[bytes]:
    """Yield the body's chunks, at most `most` bytes of them.

    Raises:
        Problem: `too_large`.
        Gone: the client disconnected.
    """
    total = 0
    try:
        async for chunk in request.stream():
            total += len(chunk)
            if total > most:
                raise too_large(most)
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise Gone from None


def announced_length(request: Request) -> int | None:
    """Return the `Content-Length`, if there is one.

    Raises:
        Problem: `invalid_request` where it is no number, or the body is encoded.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(
            415,
            Reason.UNSUPPORTED_CONTENT_TYPE,
            "a body is not compressed",
            place="content-encoding",
        )
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise Problem(400, Code.INVALID_REQUEST, "not a number", place="content-length")
    return int(text)


def body_timeout(seconds: float) -> Problem:
    """Return the problem of a body that came too slowly."""
    return Problem(
        408,
        Code.BODY_TIMEOUT,
        f"the body must arrive within {seconds:g} seconds",
        headers={"connection": "close"},
    )


def too_large(most: int) -> Problem:
    """Return the problem of a body beyond its limit."""
    # The rest may still be on its way: the connection is not used again.
    return Problem(413, Reason.TOO_LARGE, f"at most {most} bytes", headers={"connection": "close"})
