"""Ask a store of secrets that speaks the HTTP of HashiCorp Vault's key-value engine, version 2.

`GET /v1/<mount>/data/<path>` with `X-Vault-Token` answers `{"data": {"data": {field: text}}}`. So
does OpenBao. An error names what the operator must do; the store's own words go no further, because
they may quote what they are about.
"""

import asyncio
import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx2
from lgsp_adapter import NoSecret
from lgsp_adapter.net import trusted

from hub.ports import Unavailable

SECONDS: Final = 5.0
"""Longest exchange: a store in the same network answers within milliseconds."""

KEPT_SECONDS: Final = 30.0
"""How long an answer is used again: many connectors start at once, and share paths. A rotated
secret shows after so long."""

MAX_KEPT: Final = 256
"""Paths that are kept in memory: more than a process has connectors that start together."""

MAX_ANSWER: Final = 1024 * 1024
"""Bytes of one answer: Vault keeps no larger entry by default."""

AT_ONCE: Final = 8
"""Questions under way: all connectors starting together must not look like an attack."""

_REFERENCE: Final = re.compile(r"([A-Za-z0-9_-]+)/([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)#(.+)")
_NOT_FOUND: Final = 404
_REFUSED: Final = frozenset({400, 401, 403, 405})
_OK: Final = 200


class Vault:
    """One store. State: answers of the last seconds."""

    def __init__(
        self, url: str, token_file: Path, mono: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._token_file, self._mono = url.rstrip("/"), token_file, mono
        self._kept: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def read(self, reference: str) -> str:
        """Return the text behind `MOUNT/PATH#FIELD`.

        Raises:
            NoSecret: there is none, or the hub may not read it.
            Unavailable: the store does not answer, or is sealed.
        """
        parts = _REFERENCE.fullmatch(reference)
        if parts is None or {".", ".."} & set(parts[2].split("/")):
            raise NoSecret("a reference is vault:MOUNT/PATH#FIELD")
        fields = await self._fields(f"/v1/{parts[1]}/data/{parts[2]}")
        value = fields.get(parts[3])
        if not isinstance(value, str):
            raise NoSecret("the entry in the store of secrets has no such field with a text")
        return value

    async def _fields(self, path: str) -> dict[str, Any]:
        async with self._turns:
            known = self._kept.get(path)
            if known is not None and known[0] > self._mono():
                return known[1]
            fields = _fields(*await self._ask(path))
            self._kept[path] = self._mono() + KEPT_SECONDS, fields
            self._kept.move_to_end(path)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
            return fields

    async def _ask(self, path: str) -> tuple[int, bytes]:
        # Read anew each time: an agent beside the hub renews the token in its file.
        headers = {"x-vault-token": await asyncio.to_thread(self._token)}
        try:
            async with (
                asyncio.timeout(SECONDS),
                # No proxy and no redirect: the token goes to the store that was set, or nowhere.
                httpx2.AsyncClient(verify=trusted(), trust_env=False) as client,
                client.stream("GET", self._url + path, headers=headers) as answer,
            ):
                return answer.status_code, await _bounded(answer)
        except (httpx2.HTTPError, TimeoutError) as error:
            why = type(error).__name__
            raise Unavailable(f"the store of secrets does not answer ({why})") from None

    def _token(self) -> str:
        try:
            token = self._token_file.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            token = ""
        if not token:
            raise NoSecret("the file with the token of the store of secrets cannot be read")
        return token


async def _bounded(answer: httpx2.Response) -> bytes:
    pieces, size = [], 0
    async for piece in answer.aiter_bytes():
        size += len(piece)
        if size > MAX_ANSWER:
            raise NoSecret("the answer of the store of secrets is too large")
        pieces.append(piece)
    return b"".join(pieces)


def _fields(status: int, body: bytes) -> dict[str, Any]:
    if status == _NOT_FOUND:
        raise NoSecret("the store of secrets has no such entry, or its newest version is deleted")
    if status in _REFUSED:
        raise NoSecret(f"the store of secrets refuses it to the hub's token ({status})")
    if status != _OK:
        # 429, 473, 5xx: too busy, a standby, sealed. It may be well again by itself.
        raise Unavailable(f"the store of secrets answers {status}")
    try:
        fields = json.loads(body)["data"]["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise NoSecret("the answer of the store of secrets is not of a key-value engine, version 2")
    return fields
