"""Runs one sink: hands over what has come, in order per key, under limits; spools the outcome."""

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

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
from lgsp_adapter.calls import call, end
from lgsp_adapter.policy.breaker import Breaker
from lgsp_adapter.policy.parking import Parking
from lgsp_client import HubRefused
from lgsp_message.attributes import parse_time

from lgsp_edge import arrivals
from lgsp_edge.arrivals import Arrival, State
from lgsp_edge.dead import Cause
from lgsp_edge.errors import SpoolDamaged, SpoolFull
from lgsp_edge.line import Away
from lgsp_edge.source import Limits
from lgsp_edge.spool import Spool

READ_AHEAD: Final = 100_000
"""Deliveries whose place is in memory; the spool's bound keeps them fewer."""

FETCH_SECONDS: Final = 5.0
"""Pause before an object is asked for again."""

UNKNOWN: Final = Reject("outcome_unknown", "the other side may have it and cannot be asked")
"""The end of an attempt at a sink that is neither idempotent nor able to look up."""

_REASON: Final = re.compile(r"(?=.{1,200}\Z)[a-z0-9]+(?:[._-][a-z0-9]+)*")


class Gather(Protocol):
    """Fetches objects before the delivery that refers to them is handed over."""

    async def __call__(self, hashes: Sequence[str]) -> None:
        """Return once all are here.

        Raises:
            Away: the line broke.
            HubRefused: we may not have one.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A delivery about to be handed over."""

    entry: Arrival
    delivery: Delivery


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
        self._gather, self._limits = gather, limits
        self._idempotence = sink.spec.idempotence
        self._parking: Parking[bytes, Arrival] = Parking()
        self._tries: dict[int, int] = {}
        self._reached = 0
        self._rate = limits.rate
        self._breaker = Breaker(rules=limits.breaker)
        self._changed = asyncio.Event()
        self._stated = stated
        self._open_ends: set[int] = set()
        self._fetched: set[int] = set()
        self._fetching: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._stopping = self._paused = self._anew = False
        self.words: str | None = None
        """Why nothing moves; None while all is well."""

    def wake(self) -> None:
        """Look for new deliveries."""
        self._changed.set()

    def again(self) -> None:
        """Look at everything anew: an operator has decided about a dead letter."""
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
            while not self._stopping and self._failure is None:
                self._changed.clear()
                await self._rest(None if self._paused else await self._step())
        finally:
            await self._fetch_no_more()
            await end(self._sink, self._limits.timeout)
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> None:
        tries, patient = 0, replace(self._limits.backoff, attempts=None)
        while not self._stopping:
            try:
                await call(self._sink.open(self._ctx), self._limits.timeout)
            except (Retryable, Backpressure) as error:
                tries += 1
                self.words = self._ctx.mask(str(error))
                await self._rest(patient.pause(tries, _chance(), error.after))
            else:
                self.words = None
                return

    async def _rest(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _step(self) -> float | None:
        """Hand over one batch; return the seconds until the next. None: when something comes."""
        await self._look()
        now = _now()
        if (wait := max(self._rate.wait(now), self._breaker.until - now)) > 0:
            return wait
        # A probe is one delivery: if it fails, the others have not been tried in vain.
        limit = 1 if self._breaker.openings else self._limits.batch
        entries = [entry for _, entry in self._parking.take(now, limit)]
        if not entries:
            due = self._parking.due()
            return None if due is None else max(0.0, due - now)
        ready = [each for entry in entries if (each := await self._ready(entry)) is not None]
        await self._hand_over([each for each in ready if not await self._looked_up(each)])
        return 0.0

    async def _look(self) -> None:
        if self._anew:
            await self._fetch_no_more()
            self._anew, self._reached = False, 0
            self._parking = Parking()
        room = READ_AHEAD - len(self._parking)
        found = await self._spool.run(lambda tx: arrivals.after(tx, self.name, self._reached, room))
        for entry in found:
            self._parking.add(entry.line, entry)
            self._reached = entry.seq
            if entry.state is State.ATTEMPTED:
                self._open_ends.add(entry.seq)

    async def _ready(self, entry: Arrival) -> Ready | None:
        """Return a delivery with its objects at hand; None where it must wait or is dead."""
        try:
            delivery = await self._spool.run(lambda tx: arrivals.read(tx, entry.seq))
        except SpoolDamaged as damaged:
            await self._bury(entry, Reject("spool_damaged", str(damaged)))
            return None
        if delivery.objects and entry.seq not in self._fetched:
            # A large file takes hours on a poor line: meanwhile all other keys pass.
            task = asyncio.create_task(self._fetch(entry, delivery.objects))
            self._fetching.add(task)
            task.add_done_callback(self._ended)
            return None
        if _expired(delivery, self._ctx.now()):
            reason = "expired"
            await self._spool.run(lambda tx: arrivals.rejected(tx, entry.seq, delivery, reason))
            self._let_go(entry)
            return None
        return Ready(entry=entry, delivery=delivery)

    async def _fetch(self, entry: Arrival, hashes: Sequence[str]) -> None:
        try:
            await self._gather(hashes)
        except (Away, SpoolFull) as trouble:
            self.words = f"đang chờ tệp / waiting for an object: {trouble}"
            self._later(entry, FETCH_SECONDS)
        except HubRefused as refused:
            await self._bury(entry, Reject("object_missing", str(refused.reason)))
        else:
            self._fetched.add(entry.seq)
            self._later(entry, 0.0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._fetching.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
        self._changed.set()

    async def _fetch_no_more(self) -> None:
        for task in self._fetching:
            task.cancel()
        if self._fetching:
            await asyncio.wait(set(self._fetching))

    async def _looked_up(self, ready: Ready) -> bool:
        """Settle what an earlier attempt, perhaps of a process that died, left open."""
        idempotent = self._idempotence is Idempotence.IDEMPOTENT
        if ready.entry.seq not in self._open_ends or idempotent:
            return False
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
        return found is not None

    async def _hand_over(self, batch: Sequence[Ready]) -> None:
        if not batch:
            return
        now = _now()
        self._breaker = self._breaker.begun(now)
        self._rate, era = self._rate.taken(now, len(batch)), self._breaker.era
        if self._idempotence is not Idempotence.IDEMPOTENT:
            # Durable before the call: after a crash it is known that there may have been one.
            numbers = [each.entry.seq for each in batch]
            await self._spool.run(lambda tx: arrivals.mark(tx, numbers, State.ATTEMPTED))
            self._open_ends.update(numbers)
            self._spool.point("attempted")
        for each in batch:
            self._tries[each.entry.seq] = self._tries.get(each.entry.seq, 0) + 1
        results = await self._results([each.delivery for each in batch])
        self._spool.point("written")
        self._judge(era, results)
        for each, result in zip(batch, results, strict=True):
            await self._settle(each, result)

    async def _results(self, batch: Sequence[Delivery]) -> Sequence[Result]:
        try:
            results = await call(self._sink.write(batch), self._limits.timeout)
        except (Retryable, Backpressure) as error:
            return [error] * len(batch)
        except Reject as error:
            # Of one it is clear which is meant; of several it is a fault of the adapter.
            alone = len(batch) == 1
            return [error if alone else Retryable("a batch was rejected as a whole")] * len(batch)
        if len(results) != len(batch):
            # Which one is missing cannot be known, so nothing is.
            return [Retryable("the adapter gave another number of results")] * len(batch)
        return results

    def _judge(self, era: int, results: Sequence[Result]) -> None:
        now = _now()
        if all(isinstance(result, Retryable) for result in results):
            self._breaker = self._breaker.failed(era, now)
        else:
            self._breaker, self.words = self._breaker.succeeded(era), None
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
            self._let_go(entry)
        elif isinstance(result, Reject) and self._limits.reject and result is not UNKNOWN:
            reason = reason_of(result)
            await self._spool.run(lambda tx: arrivals.rejected(tx, entry.seq, delivery, reason))
            self._let_go(entry)
        elif isinstance(result, Reject):
            await self._bury(entry, result)
        else:
            await self._again(entry, result)

    async def _again(self, entry: Arrival, error: Retryable | Backpressure) -> None:
        untouched = isinstance(error, Backpressure) or error.untouched
        if self._idempotence is Idempotence.NEITHER and not untouched:
            await self._bury(entry, UNKNOWN)
            return
        self.words = self._ctx.mask(str(error))
        if isinstance(error, Backpressure):
            # The other side is well: however long it wants less, nothing becomes a dead letter.
            self._tries[entry.seq] = self._tries.get(entry.seq, 1) - 1
        tries = max(1, self._tries.get(entry.seq, 1))
        pause = self._limits.backoff.pause(tries, _chance(), error.after)
        if pause is None:
            await self._bury(entry, error)
            return
        if self._idempotence is Idempotence.LOOK_UP and not untouched:
            # The other side may still be at work: asked too soon it says "no".
            pause = max(pause, self._limits.timeout)
        if untouched and self._idempotence is not Idempotence.IDEMPOTENT:
            await self._spool.run(lambda tx: arrivals.mark(tx, [entry.seq], State.WAITING))
            self._open_ends.discard(entry.seq)
        self._later(entry, pause)

    def _later(self, entry: Arrival, pause: float) -> None:
        self._parking.retry(entry.line, _now() + pause)

    async def _bury(self, entry: Arrival, error: AdapterError) -> None:
        detail = self._ctx.mask(error.detail)
        cause = Cause(code=error.code, detail=detail, peer_code=error.peer_code)
        await self._spool.run(lambda tx: arrivals.buried(tx, entry.seq, self.name, cause))
        # Invariant 7: its successors wait behind it for the operator, all other keys pass.
        self._parking.stick(entry.line)

    def _let_go(self, entry: Arrival) -> None:
        self._tries.pop(entry.seq, None)
        self._open_ends.discard(entry.seq)
        self._fetched.discard(entry.seq)
        self._parking.done(entry.line)
        self._stated()


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
