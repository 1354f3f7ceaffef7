"""Runs one service: an adapter that systems of the agency's own network call."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lgsp_adapter import (
    AdapterError,
    Answer,
    Backpressure,
    Context,
    Desk,
    Fatal,
    Request,
    Retryable,
    Service,
    error_answer,
)
from lgsp_adapter.calls import call, end
from lgsp_adapter.policy.rate import Rate

from lgsp_edge.source import Limits
from lgsp_edge.waiting import wait_for


class ServiceRunner:
    """One service at work. `run` until `stop`; a `Fatal` of the adapter ends it."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Service[Any]],
        ctx: Context,
        desk: Desk,
        *,
        limits: Limits,
    ) -> None:
        self.name, self._make, self._ctx, self._desk = name, make, ctx, desk
        self._limits = limits
        self._rate: Rate = limits.rate
        self._calls = asyncio.Semaphore(limits.batch)
        self._changed = asyncio.Event()
        self._stopping = self._paused = False
        self._service: Service[Any] | None = None
        self._failure: Fatal | None = None
        self.words: str | None = None
        """Why nobody is answered; None while all is well."""

    def stop(self) -> None:
        """Answer what is under way, take nothing new."""
        self._stopping = True
        self._changed.set()

    def pause(self, *, paused: bool) -> None:
        """Answer nobody, or go on."""
        self._paused = paused

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work.
        """
        tries, patient = 0, replace(self._limits.backoff, attempts=None)
        while not self._stopping:
            service = self._make()
            try:
                await call(service.open(self._ctx, self._desk), self._limits.timeout)
                self._service, self.words = service, None
                await self._rest(None)
                await self._finish()
            except (Retryable, Backpressure) as error:
                tries += 1
                self.words = self._ctx.mask(str(error))
                chance = random.random()  # noqa: S311  (spreads load)
                await self._rest(patient.pause(tries, chance, error.after))
            finally:
                self._service = None
                await end(service, self._limits.timeout)
        if self._failure is not None:
            raise self._failure

    async def answer(self, request: Request) -> Answer:
        """Answer one call; every error of the contract becomes a status."""
        try:
            return await self._answer(request)
        except Fatal as error:
            self._failure = error
            self.stop()
            return error_answer(error, mask=self._ctx.mask)
        except AdapterError as error:
            return error_answer(error, mask=self._ctx.mask)

    async def _answer(self, request: Request) -> Answer:
        if self._service is None or self._paused or self._stopping:
            raise Retryable("the connector does not answer now", after=5.0, untouched=True)
        now = asyncio.get_running_loop().time()
        if (wait := self._rate.wait(now)) > 0:
            raise Backpressure("more calls than this connector may take", after=wait)
        self._rate = self._rate.taken(now)
        async with self._calls:
            return await call(self._service.answer(request), self._limits.timeout)

    async def _finish(self) -> None:
        """Wait until what is under way has its answer."""
        for _ in range(self._limits.batch):
            await self._calls.acquire()
        for _ in range(self._limits.batch):
            self._calls.release()

    async def _rest(self, seconds: float | None) -> None:
        if self._stopping:
            return
        await wait_for(self._changed, seconds)
