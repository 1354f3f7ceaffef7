"""The desk of a service in memory, in front of the bus; it can be slow, full or away on command."""

import asyncio
from collections.abc import Sequence

from lgsp_adapter.desk import ClosedDesk
from lgsp_adapter.errors import AdapterError, Backpressure, Reject, Retryable
from lgsp_adapter.testing.bus import Bus, Outcome
from lgsp_adapter.values import Delivery, Done, Draft, Result, Signed


class MemoryDesk:
    """Keeps the promises of `lgsp_adapter.Desk`, without a broker."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.running = asyncio.Event()
        """Cleared, no call comes back: the hub hangs, and nothing becomes durable."""
        self.running.set()
        self.trouble: Retryable | Backpressure | Reject | None = None
        """What every call raises, with nothing done."""
        self.lost = False
        """The next call does its work, and then says that it does not know: a time-out."""

    async def submit(self, message: Draft | Signed) -> None:
        """Hand a message in."""
        await self._ready()
        outcome = self.bus.admit(message)
        if outcome is Outcome.UNAVAILABLE:
            raise Retryable("the hub is not available", untouched=True)
        if outcome is Outcome.ID_REUSED:
            raise Reject(outcome)
        self.bus.note(0.0, outcome, message.id)
        self._lose()

    async def waiting(self, limit: int, after: str | None = None) -> Sequence[Delivery]:
        """Return what is not settled, behind the one with key `after`."""
        await self._ready()
        keys = list(self.bus.inbox)
        start = keys.index(after) + 1 if after in self.bus.inbox else 0
        # Invariant 7: what stands behind a dead letter of its key waits with it.
        stuck = {self.bus.inbox[key].order_key for key in self.bus.dead_letters if key in keys}
        free = [key for key in keys[start:] if self.bus.inbox[key].order_key not in stuck]
        return [self.bus.inbox[key] for key in free[:limit]]

    async def settle(self, key: str, result: Result) -> bool:
        """Record an outcome; one for now (`Retryable`, `Backpressure`) leaves it waiting."""
        await self._ready()
        if key in self.bus.delivered or key in self.bus.dead_letters:
            self._same_again(key, result)
        elif key not in self.bus.inbox:
            return False
        elif isinstance(result, Done):
            self.bus.delivered[key] = result
            self.bus.settle(0.0, key, "delivered")
        elif isinstance(result, Reject):
            self.bus.bury(0.0, key, self.bus.inbox[key], result, 1)
        self._lose()
        return True

    def _same_again(self, key: str, result: Result) -> None:
        if isinstance(result, Done) is not (key in self.bus.delivered):
            raise Reject("settled_otherwise", key)

    async def _ready(self) -> None:
        await self.running.wait()
        if self.trouble is not None:
            raise self.trouble

    def _lose(self) -> None:
        if self.lost:
            self.lost = False
            raise Retryable("no answer of the hub in time")


class OpenDesk(ClosedDesk):
    """Takes every message in, unless it is in `trouble`; gives nothing out."""

    def __init__(self) -> None:
        self.drafts: list[Draft | Signed] = []
        self.trouble: AdapterError | None = None

    async def submit(self, message: Draft | Signed) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.drafts.append(message)
