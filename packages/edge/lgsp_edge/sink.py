"""Runs one sink: hands over what has come, in order per key, under limits; spools the outcome."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lgsp_adapter import Backpressure, Context, Reject, Retryable, Sink
from lgsp_adapter.calls import call, end

from lgsp_edge import arrivals
from lgsp_edge.arrivals import Arrival
from lgsp_edge.attempts import Attempts
from lgsp_edge.errors import SpoolDamaged
from lgsp_edge.fetching import Fetching, Gather
from lgsp_edge.lines import Lines, Ready
from lgsp_edge.source import Limits
from lgsp_edge.spool import Spool
from lgsp_edge.waiting import wait_for


class SinkRunner:
    """One sink at work. `run` until `stop`; a `Fatal` of the adapter ends it."""

    def __init__(
        self,
        name: str,
        sink: Sink[Any],
        ctx: Context,
        spool: Spool,
        gather: Gather,
        *,
        limits: Limits,
        stated: Callable[[], None],
    ) -> None:
        self.name, self._sink, self._ctx, self._spool = name, sink, ctx, spool
        self._limits, self._stated = limits, stated
        self._lines = Lines(name, spool)
        self._attempts = Attempts(sink, ctx, spool, self._lines, limits, self._settled)
        self._fetching = Fetching(gather, self._lines, self._attempts.bury, self.wake)
        self._changed = asyncio.Event()
        self._stopping = self._paused = self._anew = False

    @property
    def words(self) -> str | None:
        """Why nothing moves; None while all is well."""
        return self._lines.words

    def wake(self) -> None:
        """Look for new deliveries."""
        self._changed.set()

    def again(self) -> None:
        """Look at everything anew: of a dead letter it was decided."""
        self._anew = True
        self._changed.set()

    def stop(self) -> None:
        """Finish what is under way, begin nothing new."""
        self._stopping = True
        self._changed.set()

    def pause(self, *, paused: bool) -> None:
        """Hand nothing over, or go on."""
        if paused is not self._paused:
            self._paused = paused
            self._changed.set()

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work; nothing is lost.
        """
        try:
            await self._open()
            while not self._stopping and self._fetching.failure is None:
                self._changed.clear()
                await self._rest(None if self._paused else await self._step())
        finally:
            await self._fetching.stop()
            await end(self._sink, self._limits.timeout)
        if self._fetching.failure is not None:
            raise self._fetching.failure

    async def _open(self) -> None:
        tries, patient = 0, replace(self._limits.backoff, attempts=None)
        while not self._stopping:
            try:
                await call(self._sink.open(self._ctx), self._limits.timeout)
            except (Retryable, Backpressure) as error:
                tries += 1
                self._lines.words = self._ctx.mask(str(error))
                chance = random.random()  # noqa: S311  (spreads load)
                await self._rest(patient.pause(tries, chance, error.after))
            else:
                self._lines.words = None
                return

    async def _rest(self, seconds: float | None) -> None:
        await wait_for(self._changed, seconds)

    async def _step(self) -> float | None:
        """Hand over one batch; return the seconds until the next. None: when something comes."""
        await self._look()
        now = asyncio.get_running_loop().time()
        if (wait := self._attempts.wait(now)) > 0:
            return wait
        entries = self._lines.take(now, self._attempts.limit)
        if not entries:
            due = self._lines.due()
            return None if due is None else max(0.0, due - now)
        ready = [each for entry in entries if (each := await self._ready(entry)) is not None]
        await self._attempts.hand_over(
            [each for each in ready if not await self._attempts.looked_up(each)]
        )
        return 0.0

    async def _look(self) -> None:
        if self._anew:
            await self._fetching.stop()
            self._anew = False
            self._lines.anew()
        await self._lines.look()

    async def _ready(self, entry: Arrival) -> Ready | None:
        """Return a delivery with its objects at hand; None where it must wait or is settled."""
        try:
            delivery = await self._spool.run(lambda tx: arrivals.read(tx, entry.seq))
        except SpoolDamaged as damaged:
            await self._attempts.bury(entry, Reject("spool_damaged", str(damaged)))
            return None
        if not await self._attempts.wanted(entry, delivery):
            return None
        if not self._fetching.complete(entry, delivery.objects):
            return None
        return Ready(entry=entry, delivery=delivery)

    def _settled(self, entry: Arrival) -> None:
        self._fetching.forget(entry)
        self._stated()
