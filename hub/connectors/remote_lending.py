"""What the runtime lends an adapter's process: its secrets, objects, the desk of a service."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import count
from typing import Any

from lgsp_adapter import Context, Delivery, Desk, Fatal, Retryable, Secret

from hub.connectors.wire import Handler
from hub.connectors.wire_values import Brought, Piece, Settled, Waiting, result_of


class Lent:
    """What one life of a process has borrowed."""

    def __init__(self, ctx: Context, config: Mapping[str, Any]) -> None:
        self._ctx, self._references = ctx, frozenset(_texts(config))
        self._numbers = count()
        self._streams: dict[int, AsyncIterator[bytes]] = {}
        self._uploads: dict[int, _Upload] = {}
        self.desk: Desk | None = None

    def handlers(self) -> dict[str, Handler]:
        """Return how the process's questions are answered."""
        return {
            "secret": Handler(str, self._secret),
            "fetch": Handler(str, self._fetch),
            "piece": Handler(int, self._piece),
            "upload": Handler(str, self._upload),
            "put": Handler(Piece, self._put),
            "stored": Handler(int, self._stored),
            "submit": Handler(Brought, self._submit),
            "waiting": Handler(Waiting, self._waiting),
            "settle": Handler(Settled, self._settle),
        }

    def clear(self) -> None:
        """Take everything back: the process is gone."""
        self._streams.clear()
        for upload in self._uploads.values():
            upload.stop()
        self._uploads.clear()

    async def _secret(self, reference: str) -> str:
        # An adapter's code is not the hub's: it learns what its connector was given, no other's.
        if reference not in self._references:
            raise Fatal("an adapter asked for a secret that its configuration does not name")
        return (await self._ctx.secret(Secret(reference))).get_secret_value()

    async def _fetch(self, hash_: str) -> int:
        number = next(self._numbers)
        self._streams[number] = self._ctx.fetch(hash_)
        return number

    async def _piece(self, number: int) -> bytes:
        # An empty piece ends the object, so an empty one from the store is passed over.
        async for piece in self._streams[number]:
            if piece:
                return piece
        del self._streams[number]
        return b""

    async def _upload(self, media_type: str) -> int:
        number = next(self._numbers)
        self._uploads[number] = _Upload(self._ctx, media_type)
        return number

    async def _put(self, piece: Piece) -> None:
        await self._uploads[piece.upload].put(piece.data)

    async def _stored(self, number: int) -> str:
        return await self._uploads.pop(number).stored()

    def _desk(self) -> Desk:
        if self.desk is None:
            raise Retryable("the desk is not open", untouched=True)
        return self.desk

    async def _submit(self, brought: Brought) -> None:
        message = brought.draft or brought.signed
        if message is not None:
            await self._desk().submit(message)

    async def _waiting(self, waiting: Waiting) -> list[Delivery]:
        return list(await self._desk().waiting(waiting.limit, waiting.after))

    async def _settle(self, settled: Settled) -> bool:
        return await self._desk().settle(settled.key, result_of(settled.outcome))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


class _Upload:
    """An object on its way from the process to the store."""

    def __init__(self, ctx: Context, media_type: str) -> None:
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=2)
        self._task = asyncio.create_task(self._store(ctx, media_type))

    async def _store(self, ctx: Context, media_type: str) -> str:
        return await ctx.store(self._all(), media_type)

    async def _all(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            yield piece

    async def put(self, piece: bytes | None) -> None:
        """Pass a piece on; where the store has given up, say so."""
        putting = asyncio.create_task(self._pieces.put(piece))
        await asyncio.wait({putting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        putting.cancel()
        if self._task.done():
            self._task.result()

    async def stored(self) -> str:
        """End the object; return its hash once it is durable."""
        await self.put(None)
        return await self._task

    def stop(self) -> None:
        """Give up: nothing is kept."""
        self._task.cancel()
