"""The middleware that spoils answers: between the server and the peer's own routes."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lgsp_adapter.sandbox.mischief import Misbehaviour, Mischief, What

MAX_BODY_BYTES: Final = 80 * 1024 * 1024
"""Largest request: a 50 MB file in base64 and its packet."""

CONTROL: Final = "/_sandbox"
"""The peer's own controls are never spoilt: a test must be able to end what it began."""

_SHAPES: Final[tuple[Any, ...]] = ({"unexpected": True}, [], "OK", {"data": {"data": None}}, 0)
"""Valid JSON that is no answer of any published shape."""


@dataclass(slots=True)
class _Answer:
    """An answer that was made and not yet sent."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def catch(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


class Spoiler:
    """ASGI: lets a call through, spoils it, or refuses a body that is too large."""

    def __init__(self, app: ASGIApp, mischief: Mischief) -> None:
        self._app, self._mischief = app, mischief

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bounded = _Bounded(receive)
        if _declared(scope) > MAX_BODY_BYTES:
            await JSONResponse({"error": "body too large"}, 413)(scope, receive, send)
        elif scope["path"].startswith(CONTROL):
            await self._app(scope, bounded, send)
        else:
            await self._business(scope, bounded, send)

    async def _business(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self._mischief.begin(path)
        if told := self._mischief.take(path, What.SLOW):
            # It has the call: it does it late, also for a caller that has given up by then.
            receive = await _at_hand(receive)
            await asyncio.sleep(told.seconds)
        if refusal := self._refusal(path):
            await refusal(scope, receive, send)
            return
        told = self._mischief.take(
            path, What.TIMEOUT_AFTER_SUCCESS, What.HALF_BODY, What.WRONG_SCHEMA
        )
        if told is None:
            await self._app(scope, receive, send)
        else:
            await self._spoil(told, scope, receive, send)

    def _refusal(self, path: str) -> JSONResponse | None:
        if self._mischief.take(path, What.ERROR_500):
            return JSONResponse({"error": "sandbox: told to fail"}, 500)
        if told := self._mischief.take(path, What.RATE_LIMITED):
            headers = {"Retry-After": str(round(told.seconds))}
            return JSONResponse({"error": "sandbox: told to slow down"}, 429, headers)
        return None

    async def _spoil(self, told: Misbehaviour, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer()
        await self._app(scope, receive, answer.catch)
        if told.what is What.WRONG_SCHEMA:
            shape = random.Random(told.seed).choice(_SHAPES)  # noqa: S311  (no secret)
            await _whole(answer.start["status"], orjson.dumps(shape), send)
            return
        try:
            if told.what is What.TIMEOUT_AFTER_SUCCESS:
                await _hang(receive, told.seconds)
        finally:  # Also when the server stops: it would else answer 500, and nothing was said.
            await _half(answer, send)


class _Bounded:
    """The request's body, ended as a lost line where it grows beyond the limit undeclared."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._left = receive, MAX_BODY_BYTES

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return message if self._left >= 0 else {"type": "http.disconnect"}


async def _at_hand(receive: Receive) -> Receive:
    """Read the request to its end; return what gives it again, and then what comes after."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


def _declared(scope: Scope) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


async def _whole(status: int, body: bytes, send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _half(answer: _Answer, send: Send) -> None:
    """Promise the whole answer and send half: the server then cuts the connection."""
    kept = [pair for pair in answer.start["headers"] if pair[0].lower() != b"content-length"]
    length = (b"content-length", b"%d" % max(2, len(answer.body)))
    await send({**answer.start, "headers": [*kept, length]})
    half = answer.body[: len(answer.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})


async def _hang(receive: Receive, seconds: float) -> None:
    """Wait until the caller gives up, or for `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
