"""The witness's one request: `POST /add-checkpoint` (C2SP tlog-witness)."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from lgsp_verify.log import Malformed, Signer, VerifierKey, WitnessRequest, parse_witness_request
from lgsp_verify.log.notes import MAX_NOTE_BYTES
from lgsp_verify.log.witness import WitnessRefusal, judge, known_origin
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.witness.memory import Memory

MAX_BODY: Final = 2 * MAX_NOTE_BYTES
"""Bytes of a request: a note and a proof."""
SIZE_TYPE: Final = "text/x.tlog.size"

_log = structlog.get_logger("witness")


class Witness:
    """Answers logs. State: what it remembers on disk."""

    def __init__(
        self,
        signer: Signer,
        keys: Mapping[str, VerifierKey],
        memory: Memory,
        clock: Callable[[], float],
    ) -> None:
        self._signer, self._keys, self._memory, self._clock = signer, keys, memory, clock
        self._turn = asyncio.Lock()

    def app(self) -> Starlette:
        """Return the server."""
        return Starlette(routes=[Route("/add-checkpoint", self.add_checkpoint, methods=["POST"])])

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a checkpoint that continues what was cosigned before."""
        try:
            asked = parse_witness_request(await _body(request))
            line = await self._cosigned(asked)
        except Malformed as error:
            return PlainTextResponse(f"{error}\n", 400)
        except WitnessRefusal as refusal:
            return _refused(refusal)
        return PlainTextResponse(line)

    async def _cosigned(self, asked: WitnessRequest) -> str:
        origin = known_origin(asked, self._keys)
        async with self._turn:
            # Durable before it is signed: a witness that forgets would cosign a second history.
            head = await asyncio.to_thread(
                self._memory.replace, origin, lambda known: judge(asked, known)
            )
        _log.info("cosigned", origin=origin, size=head.size)
        text, seconds = asked.checkpoint.note.text, int(self._clock())
        return str(await asyncio.to_thread(self._signer.cosignature, text, seconds))


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                raise Malformed("the request is too long")
    except ClientDisconnect:
        raise Malformed("the request ended too early") from None
    return bytes(body)


def _refused(refusal: WitnessRefusal) -> Response:
    if refusal.size is not None:
        # Exactly so: logs compare it, and a framework adds a charset to a text's media type.
        headers = {"content-type": SIZE_TYPE}
        return Response(f"{refusal.size}\n", refusal.status, headers=headers)
    return PlainTextResponse(f"{refusal}\n", refusal.status)
