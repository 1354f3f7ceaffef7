"""Runs a source against the bus, with the promises of the real runtime."""

import random
from collections.abc import Callable
from typing import Any

from lgsp_adapter.calls import call, end
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Source
from lgsp_adapter.errors import Backpressure, Reject, Retryable
from lgsp_adapter.policy.breaker import Breaker
from lgsp_adapter.policy.checkpoint import Checkpoint
from lgsp_adapter.testing.bus import Bus, Outcome
from lgsp_adapter.testing.clock import Clock, VirtualClock
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.values import Draft, Record, Signed


class SourceEngine:
    """Hands in what a source reads, and acknowledges only what is durable."""

    def __init__(
        self,
        make: Callable[[], Source[Any]],
        bus: Bus,
        *,
        rules: EngineRules | None = None,
        clock: Clock | None = None,
        ctx: Context | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._make, self._bus = make, bus
        self._rules = rules or EngineRules()
        self._clock: Clock = clock or VirtualClock()
        self._ctx = ctx or Context("source")
        self._chance = chance
        self._failed = 0
        self._held: set[str | None] = set()
        self.breaker = Breaker(rules=self._rules.breaker)

    async def drain(self) -> None:
        """Read until the source has nothing more; each fault of the world reopens it.

        Raises:
            Fatal: the source cannot work.
            Retryable, Backpressure: as often as the back-off allows, in a row.
        """
        while not await self.once():
            await self._clock.sleep(self._rules.backoff.first)

    async def once(self) -> bool:
        """Open, read to the end, close. False where something must be read again.

        Raises:
            Fatal, Retryable, Backpressure: as `drain`.
        """
        now = self._clock.now()
        if not self.breaker.allows(now):
            await self._clock.sleep(self.breaker.until - now)
        self.breaker = self.breaker.begun(self._clock.now())
        try:
            return await self._serve()
        except (Retryable, Backpressure) as error:
            if isinstance(error, Retryable):
                self.breaker = self.breaker.failed(self.breaker.era, self._clock.now())
            self._failed += 1
            pause = self._rules.backoff.pause(self._failed, self._chance(), error.after)
            if pause is None:
                raise
            await self._clock.sleep(pause)
            return False

    async def _serve(self) -> bool:
        """Serve one opening. True at the end of the records, False where the bus refused some."""
        source, checkpoint = self._make(), Checkpoint()
        self._held = set()
        try:
            await call(source.open(self._ctx, self._bus.acked), self._rules.timeout)
            while records := await self._read(source, checkpoint):
                for record in records:
                    await self._hand_in(source, checkpoint, record)
        finally:
            await end(source, self._rules.timeout)
        return not len(checkpoint)

    async def _read(self, source: Source[Any], checkpoint: Checkpoint) -> list[Record]:
        # A full row means that its oldest record is not durable: a reopening reads it again.
        limit = min(self._rules.batch, self._rules.unacked - len(checkpoint))
        records = await call(source.read(limit), self._rules.timeout) if limit > 0 else []
        self.breaker, self._failed = self.breaker.succeeded(self.breaker.era), 0
        for record in records:
            checkpoint.read(record.position)
        return records

    async def _hand_in(self, source: Source[Any], checkpoint: Checkpoint, record: Record) -> None:
        if not self._is_durable(record):
            return
        reached = checkpoint.durable(record.position)
        if reached is not None:
            # Invariant 1: the other side hears "done" only after the record is durable here.
            self._bus.acked = reached
            await call(source.ack(reached), self._rules.timeout)

    def _is_durable(self, record: Record) -> bool:
        now, message, subject = self._clock.now(), record.message, _subject(record)
        if isinstance(message, Reject):
            self._bus.bury(now, record.position, record, message, 1)
            return True
        # Invariant 7: what stands behind a record of the same subject waits with it.
        waits = subject in self._held
        outcome = Outcome.UNAVAILABLE if waits else self._bus.admit(message)
        if outcome is Outcome.ID_REUSED:
            self._bus.bury(now, record.position, record, Reject(outcome), 1)
        else:
            self._bus.note(now, outcome, record.position)
        if outcome is Outcome.UNAVAILABLE:
            self._held |= {subject} - {None}
        return outcome is not Outcome.UNAVAILABLE


def _subject(record: Record) -> str | None:
    message = record.message
    if isinstance(message, Signed):
        return message.attributes.get("subject")
    return message.subject if isinstance(message, Draft) else None
