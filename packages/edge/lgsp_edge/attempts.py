"""How one sink is tried: under limits, once where it cannot be asked; the outcome is spooled."""

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

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
from lgsp_adapter.policy.breaker import Breaker
from lgsp_message.attributes import parse_time

from lgsp_edge import arrivals
from lgsp_edge.arrivals import Arrival, State
from lgsp_edge.dead import Cause
from lgsp_edge.lines import Lines, Ready
from lgsp_edge.source import Limits
from lgsp_edge.spool import Spool

UNKNOWN: Final = Reject("outcome_unknown", "the other side may have it and cannot be asked")
"""The end of an attempt at a sink that is neither idempotent nor able to look up."""

_REASON: Final = re.compile(r"(?=.{1,200}\Z)[a-z0-9]+(?:[._-][a-z0-9]+)*")


class Attempts:
    """The calls of one sink and what becomes of them."""

    def __init__(
        self,
        sink: Sink[Any],
        ctx: Context,
        spool: Spool,
        lines: Lines,
        limits: Limits,
        settled: Callable[[Arrival], None],
    ) -> None:
        self._sink, self._ctx, self._spool = sink, ctx, spool
        self._lines, self._limits, self._settled = lines, limits, settled
        self._idempotence = sink.spec.idempotence
        self._rate = limits.rate
        self._breaker = Breaker(rules=limits.breaker)

    def wait(self, now: float) -> float:
        """Return the seconds before the next call may begin."""
        return max(self._rate.wait(now), self._breaker.until - now)

    @property
    def limit(self) -> int:
        """How many go into the next call."""
        # A probe is one delivery: if it fails, the others have not been tried in vain.
        return 1 if self._breaker.openings else self._limits.batch

    async def wanted(self, entry: Arrival, delivery: Delivery) -> bool:
        """Say whether its sender still wants it delivered; settle it where not."""
        if entry.seq not in self._lines.open_ends and await self.given_back(entry):
            return False
        if not _expired(delivery, self._ctx.now()):
            return True
        await self._spool.run(lambda tx: arrivals.rejected(tx, entry.seq, delivery, "expired"))
        self.let_go(entry)
        return False

    async def given_back(self, entry: Arrival) -> bool:
        """Let go of a delivery that its sender has withdrawn. The hub has that on record."""
        if not await self._spool.run(lambda tx: arrivals.close_withdrawn(tx, entry.seq)):
            return False
        self.let_go(entry)
        return True

    async def looked_up(self, ready: Ready) -> bool:
        """Settle what an earlier attempt, perhaps of a process that died, left open."""
        if ready.entry.seq not in self._lines.open_ends:
            return False
        if self._idempotence is Idempotence.IDEMPOTENT:
            return await self.given_back(ready.entry)
        if self._idempotence is Idempotence.NEITHER:
            await self._settle(ready, UNKNOWN)
            return True
        try:
            found = await call(self._sink.find(ready.delivery.key), self._limits.timeout)
        except (Retryable, Backpressure, Reject) as error:
            # Whatever the answer was, it did not say that the first attempt did nothing.
            await self._settle(ready, Retryable(error.detail, peer_code=error.peer_code))
            return True
        if found is not None:
            await self._settle(ready, found)
            return True
        return await self.given_back(ready.entry)

    async def hand_over(self, batch: Sequence[Ready]) -> None:
        """Call the sink once, for all of them; spool each outcome."""
        if not batch:
            return
        now = _now()
        self._breaker = self._breaker.begun(now)
        self._rate, era = self._rate.taken(now, len(batch)), self._breaker.era
        if self._idempotence is not Idempotence.IDEMPOTENT:
            # Durable before the call: after a crash it is known that there may have been one.
            numbers = [each.entry.seq for each in batch]
            await self._spool.run(lambda tx: arrivals.mark(tx, numbers, State.ATTEMPTED))
            self._lines.open_ends.update(numbers)
            self._spool.point("attempted")
        for each in batch:
            self._lines.tries[each.entry.seq] = self._lines.tries.get(each.entry.seq, 0) + 1
        deliveries = [each.delivery for each in batch]
        results = await write(self._sink, deliveries, self._limits.timeout)
        self._spool.point("written")
        self._judge(era, results)
        for each, result in zip(batch, results, strict=True):
            await self._settle(each, result)

    def _judge(self, era: int, results: Sequence[Result]) -> None:
        now = _now()
        if all(isinstance(result, Retryable) for result in results):
            self._breaker = self._breaker.failed(era, now)
        else:
            self._breaker, self._lines.words = self._breaker.succeeded(era), None
        for result in results:
            if isinstance(result, Backpressure):
                pause = self._limits.backoff.pause(1, _chance(), result.after)
                self._rate = self._rate.paused(now + (pause or 0.0))

    async def _settle(self, ready: Ready, result: Result) -> None:
        entry, delivery = ready.entry, ready.delivery
        if isinstance(result, Done):
            # Invariant 1: outcome and statement in one transaction.
            await self._spool.run(lambda tx: arrivals.done(tx, entry.seq, delivery))
            self._spool.point("settled")
            self.let_go(entry)
        elif isinstance(result, Reject) and self._limits.reject and result is not UNKNOWN:
            reason = reason_of(result)
            await self._spool.run(lambda tx: arrivals.rejected(tx, entry.seq, delivery, reason))
            self.let_go(entry)
        elif isinstance(result, Reject):
            await self.bury(entry, result)
        else:
            await self._again(entry, result)

    async def _again(self, entry: Arrival, error: Retryable | Backpressure) -> None:
        untouched = isinstance(error, Backpressure) or error.untouched
        if self._idempotence is Idempotence.NEITHER and not untouched:
            await self.bury(entry, UNKNOWN)
            return
        self._lines.words = self._ctx.mask(str(error))
        if isinstance(error, Backpressure):
            # The other side is well: however long it wants less, nothing becomes a dead letter.
            self._lines.tries[entry.seq] = self._lines.tries.get(entry.seq, 1) - 1
        tries = max(1, self._lines.tries.get(entry.seq, 1))
        pause = self._limits.backoff.pause(tries, _chance(), error.after)
        if pause is None:
            await self.bury(entry, error)
            return
        if self._idempotence is Idempotence.LOOK_UP and not untouched:
            # The other side may still be at work: asked too soon it says "no".
            pause = max(pause, self._limits.timeout)
        if untouched and self._idempotence is not Idempotence.IDEMPOTENT:
            await self._spool.run(lambda tx: arrivals.mark(tx, [entry.seq], State.WAITING))
            self._lines.open_ends.discard(entry.seq)
        self._lines.later(entry, _now() + pause)

    async def bury(self, entry: Arrival, error: AdapterError) -> None:
        """Make a dead letter of it, for the operator; of a withdrawn one nobody need decide."""
        detail = self._ctx.mask(error.detail)
        cause = Cause(code=error.code, detail=detail, peer_code=error.peer_code)
        connector = self._lines.connector
        if await self._spool.run(lambda tx: arrivals.buried(tx, entry.seq, connector, cause)):
            self._lines.stick(entry)
        else:
            self.let_go(entry)

    def let_go(self, entry: Arrival) -> None:
        """Make room for the next of its key: its outcome is on the disk."""
        self._lines.done(entry)
        self._settled(entry)


def reason_of(reject: Reject) -> str:
    """Return the code that the sender is told: ours, in the grammar of receipts."""
    return reject.code if _REASON.fullmatch(reject.code) else "peer_refused"


def _expired(delivery: Delivery, now: datetime) -> bool:
    """Say whether its sender wants it delivered no more."""
    text = delivery.attributes.get("expirytime")
    return text is not None and parse_time(text, "expirytime") <= now


def _now() -> float:
    return asyncio.get_running_loop().time()


def _chance() -> float:
    return random.random()  # noqa: S311  (spreads load)
