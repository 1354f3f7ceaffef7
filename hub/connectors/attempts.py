"""One attempt: what may be handed over, the call, and what becomes of each delivery."""

import random
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from lgsp_adapter import (
    AdapterError,
    Backpressure,
    Context,
    Delivery,
    Done,
    Idempotence,
    Reject,
    Result,
    Retryable,
    Sink,
)
from lgsp_adapter.calls import call, write
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.trace import carrying

from hub.connectors.holdings import Holdings
from hub.connectors.items import Item
from hub.connectors.records import expires_at
from hub.connectors.together import Together
from hub.connectors.traces import AttemptTraces
from hub.io.kafka.connector_records import EntryState

Named: TypeAlias = tuple[str, str, str]
"""Source, id and recipient of a delivery."""

UNKNOWN: Final = "outcome_unknown"
"""The code of a dead letter that the other side may have, and cannot be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How deliveries are tried at one other side."""

    holdings: Holdings
    closed: Together[Named, AbstractSet[Named]]
    """Which deliveries are withdrawn, or were settled on another way (by pull)."""
    idempotence: Idempotence
    ctx: Context
    backoff: Backoff
    seconds: float
    """Longest call; then its end is unknown."""
    now: Callable[[], datetime]
    chance: Callable[[], float] = random.random
    traces: AttemptTraces | None = None
    """None: no spans are made."""

    async def wanted(self, items: Sequence[Item]) -> list[Item]:
        """Return those that are still to be delivered; settle the others.

        Raises:
            Unavailable: it is not known what was withdrawn.
        """
        names = [item.named for item in items]
        closed, now, left = await self.closed.of(names), self.now(), []
        for item, name in zip(items, names, strict=True):
            expiry = expires_at(item.entry)
            if name in closed:
                await self.holdings.closed(item)
            elif expiry is not None and expiry <= now:
                await self.holdings.expired(item)
            else:
                left.append(item)
        return left

    async def open_ends(self, sink: Sink[Any], items: Sequence[Item]) -> list[Item]:
        """Settle those of which an earlier call's end is not known; return the others."""
        left = []
        for item in items:
            if item.entry.state is not EntryState.ATTEMPTED:
                left.append(item)
            elif self.idempotence is Idempotence.IDEMPOTENT:
                left.append(item)  # The adapter's promise has changed: a second call is harmless.
            elif self.idempotence is Idempotence.NEITHER:
                await self._bury(item, Reject(UNKNOWN, "the call's end was not seen"))
            elif not await self._found(sink, item):
                left.append(item)
        return left

    async def hand_over(self, sink: Sink[Any], items: Sequence[Item]) -> list[Result]:
        """Call the sink; return what it says of each. At the latest now an attempt is durable.

        Raises:
            Fatal: the sink cannot work.
        """
        if self.idempotence is Idempotence.IDEMPOTENT:
            self.holdings.tried(items)
        else:
            # Invariant 1: durable before the call. After a crash it is known that there was one.
            await self.holdings.attempted(items, timedelta(seconds=self.seconds))
        if self.traces is None:
            return await self._write(sink, [item.delivery for item in items])
        spans = self.traces.begin(items)
        try:
            results = await self._write(sink, spans.deliveries)
        except BaseException as error:
            spans.failed(error)
            raise
        spans.ended(results)
        return results

    async def settle(self, items: Sequence[Item], results: Sequence[Result]) -> None:
        """Record what became of the deliveries of one call."""
        both = list(zip(items, results, strict=True))
        taken = [(item, result) for item, result in both if isinstance(result, Done)]
        if taken:
            await self.holdings.done(taken)
        for item, result in both:
            if not isinstance(result, Done):
                await self._not_taken(item, result)

    async def _not_taken(self, item: Item, result: Retryable | Backpressure | Reject) -> None:
        if isinstance(result, Reject):
            await self._bury(item, result)
        elif self._is_open(result):
            await self._bury(item, Reject(UNKNOWN, result.detail, peer_code=result.peer_code))
        else:
            await self._again(item, result)

    def _is_open(self, error: Retryable | Backpressure) -> bool:
        """Say whether the other side may have done it, and would do it again."""
        untouched = isinstance(error, Backpressure) or error.untouched
        return self.idempotence is Idempotence.NEITHER and not untouched

    async def _found(self, sink: Sink[Any], item: Item) -> bool:
        """Ask the other side; say whether the delivery came back to the holdings."""
        try:
            done = await call(sink.find(item.delivery.key), self.seconds)
        except (Retryable, Backpressure, Reject) as error:
            # Whatever the answer was, it did not say that the first attempt did nothing.
            self.holdings.tried([item])
            after = None if isinstance(error, Reject) else error.after
            await self._again(item, Retryable(error.detail, after=after, peer_code=error.peer_code))
            return True
        if done is not None:
            await self.holdings.done([(item, done)])
        return done is not None

    async def _write(self, sink: Sink[Any], batch: Sequence[Delivery]) -> list[Result]:
        with carrying(batch):
            return await write(sink, batch, self.seconds)

    async def _again(self, item: Item, error: Retryable | Backpressure) -> None:
        if isinstance(error, Backpressure):
            # The other side is well: however long it wants less, nothing becomes a dead letter.
            self.holdings.not_counted(item)
        tries = max(1, item.entry.tries)
        seconds = self.backoff.pause(tries, self.chance(), error.after)
        if seconds is None:
            await self._bury(item, error)
            return
        looks = self.idempotence is Idempotence.LOOK_UP and not self._surely_nothing(error)
        if looks:
            # The other side may still be at work on a call that was given up: asked too soon it
            # says "no", and would be called a second time.
            seconds = max(seconds, self.seconds)
        due = self.now() + timedelta(seconds=seconds)
        most = self.backoff.attempts
        masked = self._masked(error)
        await self.holdings.again(item, masked, seconds, due, open_end=looks, most=most)

    @staticmethod
    def _surely_nothing(error: Retryable | Backpressure) -> bool:
        return isinstance(error, Backpressure) or error.untouched

    async def _bury(self, item: Item, error: AdapterError) -> None:
        await self.holdings.bury(item, self._masked(error), self.backoff.attempts)

    def _masked(self, error: AdapterError) -> AdapterError:
        detail, peer = self.ctx.mask(error.detail), error.peer_code
        return Reject(error.code, detail, peer_code=None if peer is None else self.ctx.mask(peer))
