"""What travels between the runtime and an adapter in a process of its own.

Length-prefixed MessagePack over a socket pair; each side may ask the other. An adapter's process
may die in the middle of anything: then every open question ends with `Gone`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any, Final

import msgspec
from lgsp_adapter import AdapterError, Reject, Retryable

from hub.connectors.wire_values import Fault, Mask, error_of, fault_of, plain

MAX_MESSAGE: Final = 64 * 1024 * 1024
"""Largest message: a batch of some hundred of the largest bodies."""

_LENGTH: Final = 4
_log = logging.getLogger("hub.connectors.wire")
_encode = msgspec.msgpack.Encoder().encode
_NOTHING: Final = msgspec.Raw(_encode(None))


class Gone(Exception):
    """The other side of the wire is not there any more."""


class Ask(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A question."""

    id: int
    op: str
    body: msgspec.Raw


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The answer to a question: a value or a fault."""

    id: int
    body: msgspec.Raw
    fault: Fault | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nobody waits for the answer any more."""

    id: int


class Handler(msgspec.Struct, frozen=True):
    """How one kind of question is answered."""

    takes: Any
    """The type of what comes with it."""
    answer: Callable[[Any], Awaitable[Any]]


class Wire:
    """One end of the wire: asks, and answers what it is asked."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handlers: Mapping[str, Handler],
    ) -> None:
        self._reader, self._writer, self._handlers = reader, writer, handlers
        self._numbers = count()
        self._open: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._messages = msgspec.msgpack.Decoder(Ask | Answered | Stop)
        self.gone = asyncio.Event()
        self.mask: Mask = plain
        """Applied to every error that leaves this side."""

    async def ask(self, op: str, value: Any, returns: Any) -> Any:
        """Ask the other side; return its answer.

        Raises:
            AdapterError: what it raised.
            Gone: it is not there (any more).
        """
        if self.gone.is_set():
            raise Gone
        number = next(self._numbers)
        future = self._open[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send(Ask(id=number, op=op, body=msgspec.Raw(_encode(value))))
            body = await future
        except asyncio.CancelledError:
            if not self.gone.is_set():
                await self._send(Stop(id=number))
            raise
        finally:
            del self._open[number]
        return msgspec.msgpack.decode(body, type=returns)

    async def run(self) -> None:
        """Serve until the other side is gone."""
        try:
            while True:
                length = int.from_bytes(await self._reader.readexactly(_LENGTH))
                if length > MAX_MESSAGE:
                    return
                self._take(self._messages.decode(await self._reader.readexactly(length)))
        except (asyncio.IncompleteReadError, OSError):
            return
        except msgspec.MsgspecError as error:
            # Its name only: its text may quote a value.
            _log.error("wire_garbled: %s", type(error).__name__)
        finally:
            self._end()

    def _take(self, message: Ask | Answered | Stop) -> None:
        if isinstance(message, Ask):
            task = asyncio.create_task(self._answer(message))
            self._answering[message.id] = task
            task.add_done_callback(lambda _: self._answering.pop(message.id, None))
        elif isinstance(message, Stop):
            if (answering := self._answering.get(message.id)) is not None:
                answering.cancel()
        elif (future := self._open.get(message.id)) is not None and not future.done():
            if message.fault is not None:
                future.set_exception(error_of(message.fault))
            else:
                future.set_result(message.body)

    async def _answer(self, ask: Ask) -> None:
        try:
            handler = self._handlers[ask.op]
            value = await handler.answer(msgspec.msgpack.decode(ask.body, type=handler.takes))
            answer = Answered(id=ask.id, body=msgspec.Raw(_encode(value)))
        except AdapterError as error:
            answer = Answered(id=ask.id, body=_NOTHING, fault=fault_of(error, self.mask))
        except Exception as error:  # noqa: BLE001  (its text may hold anything)
            said = Retryable(f"a fault of the adapter: {type(error).__name__}")
            answer = Answered(id=ask.id, body=_NOTHING, fault=fault_of(said))
        await self._send(answer)

    async def _send(self, message: Ask | Answered | Stop) -> None:
        raw = _encode(message)
        if len(raw) > MAX_MESSAGE:
            raise Reject("too_large", "more than an adapter's process is handed at once")
        try:
            self._writer.write(len(raw).to_bytes(_LENGTH) + raw)
            await self._writer.drain()
        except OSError as error:
            self._end()
            raise Gone from error

    def _end(self) -> None:
        self.gone.set()
        for future in self._open.values():
            if not future.done():
                future.set_exception(Gone())
                future.exception()
        for task in self._answering.values():
            task.cancel()
        self._writer.close()
