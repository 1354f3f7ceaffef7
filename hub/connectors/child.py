"""The process of one adapter: `python -m hub.connectors.child FD MEMORY_MB`.

It knows no Kafka, no SQL and none of the hub's secrets: what the adapter needs beyond its own, it
asks of the runtime over the wire.
"""

import asyncio
import ctypes
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

from lgsp_adapter import (
    Answer,
    Check,
    Context,
    Delivery,
    Draft,
    Result,
    Signed,
)
from lgsp_adapter.trace import carrying

from hub.connectors.adapters import Adapters, Loaded, NotUsable
from hub.connectors.wire import Handler, Wire
from hub.connectors.wire_values import (
    Asked,
    Batch,
    Brought,
    Hello,
    Limit,
    Opened,
    Outcome,
    Piece,
    Read,
    Settled,
    Start,
    Waiting,
    Words,
    outcome_of,
    read_of,
)
from hub.decision.connectors import Connector

_PR_SET_PDEATHSIG: Final = 1
"""Linux, prctl(2): a runtime that is killed leaves no adapter behind."""

_DATA_FACTOR: Final = 2
"""The kernel refuses memory at twice the limit; the runtime ends the process at once the limit."""


class WireDesk:
    """The desk of a service, at the other end of the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def submit(self, message: Draft | Signed) -> None:
        draft = isinstance(message, Draft)
        brought = Brought(draft=message) if draft else Brought(signed=message)  # type: ignore[arg-type]  # one of the two
        await self._wire.ask("submit", brought, None)

    async def waiting(self, limit: int, after: str | None = None) -> list[Delivery]:
        found: list[Delivery] = await self._wire.ask(
            "waiting", Waiting(limit, after), list[Delivery]
        )
        return found

    async def settle(self, key: str, result: Result) -> bool:
        return bool(await self._wire.ask("settle", Settled(key, outcome_of(result)), bool))


class Child:
    """Answers the runtime's questions with the adapter's methods."""

    def __init__(self) -> None:
        self._wire: Wire
        self._loaded: Loaded
        self._ctx: Context
        self._lanes: dict[int, Any] = {}

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve until the runtime is gone."""
        self._wire = Wire(reader, writer, self._handlers())
        await self._wire.run()

    def _handlers(self) -> dict[str, Handler]:
        return {
            "start": Handler(Start, self._start),
            "open": Handler(Opened, self._open),
            "check": Handler(Words, self._check),
            "close": Handler(Words, self._close),
            "write": Handler(Batch, self._write),
            "find": Handler(Words, self._find),
            "read": Handler(Limit, self._read),
            "ack": Handler(Words, self._ack),
            "answer": Handler(Asked, self._answer),
            "log_level": Handler(str, self._log_level),
        }

    async def _start(self, start: Start) -> Hello:
        connector = Connector(
            name=start.name,
            adapter=start.adapter,
            system=start.system,
            config=start.config,
            networks=start.networks,
        )
        try:
            self._loaded = Adapters().load(connector)
        except NotUsable as error:
            return Hello(vi=error.words.vi, en=error.words.en)
        self._ctx = Context(
            start.name,
            resolvers={scheme: partial(self._secret, scheme) for scheme in start.schemes},
            fetch=self._fetch,
            store=self._store,
            networks=start.networks,
        )
        self._wire.mask = self._ctx.mask
        spec = self._loaded.spec
        return Hello(
            name=spec.name,
            version=spec.version,
            kind=spec.kind,
            types=spec.types,
            idempotence=spec.idempotence,
        )

    async def _open(self, opened: Opened) -> None:
        adapter = self._lanes[opened.lane] = self._loaded.make()
        match self._loaded.spec.kind:
            case "source":
                await adapter.open(self._ctx, opened.position)
            case "service":
                await adapter.open(self._ctx, WireDesk(self._wire))
            case _:
                await adapter.open(self._ctx)

    async def _check(self, words: Words) -> Check:
        found: Check = await self._lanes[words.lane].check()
        return Check(ok=found.ok, vi=self._ctx.mask(found.vi), en=self._ctx.mask(found.en))

    async def _close(self, words: Words) -> None:
        adapter = self._lanes.pop(words.lane, None)
        if adapter is not None:
            await adapter.close()

    async def _write(self, batch: Batch) -> list[Outcome]:
        with carrying(batch.deliveries):
            results = await self._lanes[batch.lane].write(batch.deliveries)
        return [outcome_of(result, self._ctx.mask) for result in results]

    async def _find(self, words: Words) -> Any:
        return await self._lanes[words.lane].find(words.text)

    async def _read(self, limit: Limit) -> list[Read]:
        records = await self._lanes[limit.lane].read(limit.limit)
        return [read_of(record, self._ctx.mask) for record in records]

    async def _ack(self, words: Words) -> None:
        await self._lanes[words.lane].ack(words.text)

    async def _answer(self, asked: Asked) -> Answer:
        answer: Answer = await self._lanes[asked.lane].answer(asked.request)
        return answer

    async def _log_level(self, level: str) -> None:
        self._ctx.log.setLevel(level)

    async def _secret(self, scheme: str, target: str) -> str:
        return str(await self._wire.ask("secret", f"{scheme}:{target}", str))

    async def _fetch(self, hash_: str) -> AsyncIterator[bytes]:
        number = await self._wire.ask("fetch", hash_, int)
        while piece := await self._wire.ask("piece", number, bytes):
            yield piece

    async def _store(self, pieces: AsyncIterator[bytes], media_type: str) -> str:
        number = await self._wire.ask("upload", media_type, int)
        async for piece in pieces:
            await self._wire.ask("put", Piece(number, piece), None)
        return str(await self._wire.ask("stored", number, str))


def _bound(memory_mb: int) -> None:
    limit = _DATA_FACTOR * memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    # A core dump would hold messages.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _serve(descriptor: int) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor))
    await Child().run(reader, writer)


def main(descriptor: int, memory_mb: int) -> None:
    """Serve the runtime behind a socket until it is gone."""
    _bound(memory_mb)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(_serve(descriptor))
    # Whatever threads an adapter has left behind: the runtime does not want it any more.
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
