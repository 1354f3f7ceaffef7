"""The asynchronous inbox: waits, keeps the cursor, hands statements in on time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

from lgsp_client.arrived import Arrived, Parcel
from lgsp_client.cursors import CursorStore
from lgsp_client.errors import HubError, HubUnauthorised, HubUnavailable
from lgsp_client.events import EventParser
from lgsp_client.inbox import ENDLESS, LAST_TRY, LAST_TRY_SECONDS, Delivery, InboxCore
from lgsp_client.plan import Ask, Backoff, Plan
from lgsp_client.receipts import Stage

Run = Callable[[Plan[Any]], Awaitable[Any]]

Pieces = Callable[[Ask], AsyncGenerator[bytes, None]]
"""Sends a request whose answer does not end; gives its bytes, and ends where the line breaks."""


class Inbox:
    """An open inbox. Iterate over it with one task; deliveries may be acknowledged by any."""

    def __init__(self, run: Run, pieces: Pieces, core: InboxCore, cursors: CursorStore) -> None:
        self._run, self._pieces, self._core, self._cursors = run, pieces, core, cursors
        self._stream: AsyncGenerator[list[Parcel], None] | None = None
        self._saved: str | None = None
        self._flushing = asyncio.Lock()
        self._owes = asyncio.Event()
        self._timer: asyncio.Task[None] | None = None
        self._failure: HubError | None = None

    async def open(self) -> None:
        """Find where we stand, and begin to watch the age of what was stated."""
        self._saved = await asyncio.to_thread(self._cursors.load)
        self._core.position = self._saved
        self._timer = asyncio.create_task(self._on_time())

    async def __aiter__(self) -> AsyncIterator[Delivery[Awaitable[None]]]:
        while True:
            self._raise_if_failed()
            await self.flush()
            page = await self._next()
            for arrived in self._core.hand_out(page):
                yield Delivery(arrived, self._ack)
                self._raise_if_failed()
            if self._core.ends(page):
                return

    async def _next(self) -> list[Parcel]:
        """Return what the stream sends next, or a page where there is no stream."""
        if self._stream is None and self._core.streams:
            self._stream = self._events()
        if self._stream is not None:
            try:
                return await anext(self._stream)
            except StopAsyncIteration:
                self._stream = None
        page: list[Parcel] = await self._run(self._core.page())
        return page

    async def _events(self) -> AsyncGenerator[list[Parcel], None]:
        parser, heard = EventParser(), False
        # Without a token there is no stream: the page that is asked for then says why.
        with suppress(HubUnavailable, HubUnauthorised):
            async with aclosing(self._pieces(await self._run(self._core.stream()))) as pieces:
                async for piece in pieces:
                    heard = True
                    yield self._core.streamed(parser.feed(piece))
        self._core.stream_ended(heard=heard)

    async def flush(self, backoff: Backoff = ENDLESS) -> None:
        """Hand in what was stated so far, then keep the cursor.

        Raises:
            HubRefused: the hub will never take one of the receipts; its messages come again.
        """
        async with self._flushing:
            self._owes.clear()
            await self._run(self._core.flush(backoff))
            safe = self._core.safe
            if safe is not None and safe != self._saved:
                await asyncio.to_thread(self._cursors.save, safe)
                self._saved = safe

    async def close(self) -> None:
        """Hand in the rest.

        Raises:
            HubRefused: one of the receipts will never be taken; its messages come again.
        """
        await self._stop()
        await self.flush(self._core.patience)
        self._raise_if_failed()

    async def abandon(self) -> None:
        """Try once to hand in the rest: an error must not be hidden nor held up."""
        await self._stop()
        with suppress(HubError, TimeoutError):
            async with asyncio.timeout(LAST_TRY_SECONDS):
                await self.flush(LAST_TRY)

    async def _stop(self) -> None:
        self._core.close()
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.wait([self._timer])
        if self._stream is not None:
            await self._stream.aclose()

    async def _ack(self, arrived: Arrived, stage: Stage, reason: str | None) -> None:
        self._core.state(arrived, stage, reason)
        self._owes.set()
        if self._core.due:
            await self.flush()

    async def _on_time(self) -> None:
        """Hand in what was stated while the reader waits for messages."""
        while True:
            await self._owes.wait()
            await asyncio.sleep(self._core.flush_seconds)
            try:
                await self.flush()
            except HubError as error:
                self._failure = error

    def _raise_if_failed(self) -> None:
        """Raise in the reader's task what went wrong behind its back."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
