"""The asynchronous inbox: waits, keeps the cursor, hands statements in on time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from lgsp_client.arrived import Arrived
from lgsp_client.cursors import CursorStore
from lgsp_client.errors import HubError
from lgsp_client.inbox import ENDLESS, LAST_TRY, LAST_TRY_SECONDS, Delivery, InboxCore
from lgsp_client.plan import Backoff, Plan
from lgsp_client.receipts import Stage

Run = Callable[[Plan[Any]], Awaitable[Any]]


class Inbox:
    """An open inbox. Iterate over it with one task; deliveries may be acknowledged by any."""

    def __init__(self, run: Run, core: InboxCore, cursors: CursorStore) -> None:
        self._run, self._core, self._cursors = run, core, cursors
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
            page = await self._run(self._core.page())
            for arrived in self._core.hand_out(page):
                yield Delivery(arrived, self._ack)
                self._raise_if_failed()
            if self._core.ends(page):
                return

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
