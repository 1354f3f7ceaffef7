"""Ask who vouches for the log from outside: a time stamping authority, a witness. Bounded HTTP."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import httpx2
from cryptography import x509
from lgsp_adapter.net import trusted
from lgsp_verify.log import (
    Checkpoint,
    LogError,
    Note,
    VerifierKey,
    WitnessRequest,
    parse_signatures,
    verify_note,
)
from lgsp_verify.log.checkpoints import parse_size
from lgsp_verify.log.notes import SignatureLine
from lgsp_verify.timestamps import MAX_TOKEN_BYTES, Stamp, stamp_answer, stamp_request

from hub.ports import Unavailable

SECONDS: Final = 10.0
"""Longest exchange: nobody waits for it, and the next round asks again."""
MAX_ANSWER: Final = MAX_TOKEN_BYTES
"""Bytes of one answer."""
SIZE_TYPE: Final = "text/x.tlog.size"
"""With it a witness says how large it knows the log (C2SP tlog-witness)."""

_OK: Final = 200
_CONFLICT: Final = 409
_NONCE_BITS: Final = 64

Prove = Callable[[int], Awaitable[Sequence[bytes]]]
"""An older size to the proof that the checkpoint continues it."""


class TimeStamping:
    """One time stamping authority (RFC 3161 over HTTP, section 3.4)."""

    def __init__(self, url: str, roots: Sequence[x509.Certificate]) -> None:
        self._url, self._roots = url, roots

    async def stamp(self, digest: bytes) -> Stamp:
        """Return a stamp over a SHA-256, by a certificate that one of our roots stands behind.

        Raises:
            Unavailable: the authority is away, refuses, or answers what proves nothing.
        """
        nonce = secrets.randbits(_NONCE_BITS)
        headers = {"content-type": "application/timestamp-query"}
        answer, body = await _post(self._url, stamp_request(digest, nonce), headers)
        if answer.status_code != _OK:
            raise Unavailable(f"the time stamping authority answers {answer.status_code}")
        try:
            stamp = stamp_answer(body, digest, nonce)
            stamp.verify(digest, self._roots)
        except LogError as error:
            raise Unavailable(
                f"the time stamping authority's answer is no good: {error}"
            ) from error
        return stamp


class Witness:
    """One witness (C2SP tlog-witness). State: how large it knows each log."""

    def __init__(self, url: str, key: VerifierKey) -> None:
        self._url, self.key = f"{url.rstrip('/')}/add-checkpoint", key
        self._known: dict[str, int] = {}

    async def cosign(self, checkpoint: Checkpoint, prove: Prove) -> SignatureLine:
        """Return the witness's signature on the checkpoint.

        Raises:
            Unavailable: the witness is away, or does not cosign.
        """
        head = checkpoint.head
        old = self._known.get(head.origin, 0)
        answer, body = await self._ask(checkpoint, old, prove)
        if answer.status_code == _CONFLICT and answer.headers.get("content-type") == SIZE_TYPE:
            old = _size(body)
            if old > head.size:
                # Another hub of our name, or we have lost what it saw: an operator must look.
                raise Unavailable("the witness has seen a larger log than this hub has")
            answer, body = await self._ask(checkpoint, old, prove)
        if answer.status_code != _OK:
            raise Unavailable(f"the witness answers {answer.status_code}")
        line = self._signature(checkpoint.note.text, body)
        self._known[head.origin] = head.size
        return line

    async def _ask(
        self, checkpoint: Checkpoint, old: int, prove: Prove
    ) -> tuple[httpx2.Response, bytes]:
        path = await prove(old) if 0 < old < checkpoint.head.size else ()
        return await _post(self._url, WitnessRequest(old, tuple(path), checkpoint).encode(), {})

    def _signature(self, text: str, body: bytes) -> SignatureLine:
        try:
            note = Note(text, parse_signatures(body.decode()))
            verify_note(note, [self.key])
        except (LogError, UnicodeDecodeError) as error:
            raise Unavailable("the witness's signature is no good") from error
        # Its other keys' signatures are for those who know them.
        name = (self.key.name, self.key.key_id)
        return next(one for one in note.signatures if (one.name, one.key_id) == name)


def _size(body: bytes) -> int:
    try:
        return parse_size(body.decode().strip())
    except (LogError, UnicodeDecodeError) as error:
        raise Unavailable("the witness's answer is no good") from error


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[httpx2.Response, bytes]:
    try:
        async with (
            asyncio.timeout(SECONDS),
            # No redirect: what is asked goes to who was set, or nowhere.
            httpx2.AsyncClient(verify=trusted(), trust_env=False) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as answer,
        ):
            pieces, size = [], 0
            async for piece in answer.aiter_bytes():
                size += len(piece)
                if size > MAX_ANSWER:
                    raise Unavailable("an answer about the log is too long")
                pieces.append(piece)
            return answer, b"".join(pieces)
    except (httpx2.HTTPError, TimeoutError) as error:
        raise Unavailable(f"no answer about the log ({type(error).__name__})") from None
