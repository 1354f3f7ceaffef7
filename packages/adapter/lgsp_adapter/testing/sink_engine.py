"""Runs a sink against the bus, with the promises of the real runtime."""

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from lgsp_adapter.calls import call, end, write
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Sink
from lgsp_adapter.errors import AdapterError, Backpressure, Reject, Retryable
from lgsp_adapter.policy.breaker import Breaker
from lgsp_adapter.policy.parking import Parking
from lgsp_adapter.spec import Idempotence
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.clock import Clock, VirtualClock
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.values import Delivery, Done, Result

UNKNOWN: Final = Reject("outcome_unknown", "the other side may have it and cannot be asked")
"""The end of an attempt at a sink that is neither idempotent nor able to look up."""


class SinkEngine:
    """Delivers what the bus has: order per key, retry, breaker, back-pressure, dead letters."""

    def __init__(
        self,
        sink: Sink[Any],
        bus: Bus,
        *,
        rules: EngineRules | None = None,
        clock: Clock | None = None,
        ctx: Context | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sink, self._bus = sink, bus
        self._idempotence = sink.spec.idempotence
        self._rules = rules or EngineRules()
        self._clock: Clock = clock or VirtualClock()
        self._ctx = ctx or Context(sink.spec.name)
        self._chance = chance
        self._parking: Parking[str, Delivery] = Parking()
        self._tries: dict[str, int] = {}
        self._rate = self._rules.rate
        self.breaker = Breaker(rules=self._rules.breaker)

    async def drain(self) -> None:
        """Work until everything is delivered or waits for an operator, then close.

        Raises:
            Fatal: the sink cannot work; nothing more was settled.
        """
        self._parking = Parking()
        for delivery in self._bus.inbox.values():
            self._parking.add(delivery.order_key, delivery)
        try:
            await self._sink.open(self._ctx)
            while await self._step():
                pass
        finally:
            await end(self._sink, self._rules.timeout)

    async def _step(self) -> bool:
        now = self._clock.now()
        wait = max(self._rate.wait(now), self.breaker.until - now)
        if wait > 0:
            await self._clock.sleep(wait)
            return True
        # A probe is one delivery: if it fails, the others have not been tried in vain.
        limit = 1 if self.breaker.openings else self._rules.batch
        taken = [delivery for _, delivery in self._parking.take(now, limit)]
        if taken:
            batch = [each for each in taken if not self._is_dead(each)]
            await self._hand_over([each for each in batch if not await self._looked_up(each)])
            return True
        due = self._parking.due()
        if due is not None:
            await self._clock.sleep(due - now)
        return due is not None

    def _is_dead(self, delivery: Delivery) -> bool:
        if delivery.key in self._bus.dead_letters:
            self._parking.stick(delivery.order_key)
            return True
        return False

    async def _looked_up(self, delivery: Delivery) -> bool:
        """Settle what an earlier attempt, of this engine or a dead one, left open."""
        if delivery.key not in self._bus.attempted:
            return False
        if self._idempotence is Idempotence.IDEMPOTENT:
            return False
        found = UNKNOWN if self._idempotence is Idempotence.NEITHER else await self._find(delivery)
        if found is not None:
            self._settle(delivery, found)
        return found is not None

    async def _find(self, delivery: Delivery) -> Result | None:
        try:
            return await call(self._sink.find(delivery.key), self._rules.timeout)
        except (Retryable, Backpressure, Reject) as error:
            self._tries[delivery.key] = self._tries.get(delivery.key, 0) + 1
            # Whatever the answer was, it did not say that the first attempt did nothing.
            after = None if isinstance(error, Reject) else error.after
            return Retryable(error.detail, after=after, peer_code=error.peer_code)

    async def _hand_over(self, batch: Sequence[Delivery]) -> None:
        if not batch:
            return
        now = self._clock.now()
        self.breaker = self.breaker.begun(now)
        self._rate, era = self._rate.taken(now, len(batch)), self.breaker.era
        for delivery in batch:
            # Durable before the call: after a crash it is known that there may have been one.
            self._bus.attempted.add(delivery.key)
            self._bus.note(now, "attempted", delivery.key)
            self._tries[delivery.key] = self._tries.get(delivery.key, 0) + 1
        results = await write(self._sink, batch, self._rules.timeout)
        self._judge(era, results)
        for delivery, result in zip(batch, results, strict=True):
            self._settle(delivery, result)

    def _judge(self, era: int, results: Sequence[Result]) -> None:
        now = self._clock.now()
        if all(isinstance(result, Retryable) for result in results):
            self.breaker = self.breaker.failed(era, now)
        else:
            self.breaker = self.breaker.succeeded(era)
        for result in results:
            if isinstance(result, Backpressure):
                pause = self._rules.backoff.pause(1, self._chance(), result.after)
                self._rate = self._rate.paused(now + (pause or 0.0))

    def _settle(self, delivery: Delivery, result: Result) -> None:
        if isinstance(result, (Retryable, Backpressure)):
            untouched = isinstance(result, Backpressure) or result.untouched
            if untouched:
                self._bus.attempted.discard(delivery.key)
            if self._idempotence is Idempotence.NEITHER and not untouched:
                # With the peer's own words, where it had any: an operator asks it by them.
                code = result.peer_code
                self._bury(delivery, Reject(UNKNOWN.code, UNKNOWN.detail, peer_code=code))
            else:
                self._again(delivery, result)
        elif isinstance(result, Done):
            # Invariant 1: it leaves the inbox only with its outcome.
            self._bus.delivered[delivery.key] = result
            self._bus.settle(self._clock.now(), delivery.key, "delivered")
            self._parking.done(delivery.order_key)
        else:
            self._bury(delivery, result)

    def _again(self, delivery: Delivery, error: Retryable | Backpressure) -> None:
        tries = self._tries.get(delivery.key, 1)
        pause = self._rules.backoff.pause(tries, self._chance(), error.after)
        if pause is None:
            self._bury(delivery, error)
            return
        if self._idempotence is Idempotence.LOOK_UP and delivery.key in self._bus.attempted:
            pause = max(pause, self._rules.settle)
        now = self._clock.now()
        self._bus.note(now, "retrying", delivery.key)
        self._parking.retry(delivery.order_key, now + pause)

    def _bury(self, delivery: Delivery, error: AdapterError) -> None:
        masked = Reject(error.code, self._ctx.mask(error.detail), peer_code=error.peer_code)
        tries = self._tries.get(delivery.key, 0)
        self._bus.bury(self._clock.now(), delivery.key, delivery, masked, tries)
        # Invariant 7: its successors wait behind it for the operator, all other keys pass.
        self._parking.stick(delivery.order_key)
