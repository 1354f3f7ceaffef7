"""The desk of a service: hand in durably, see what waits, settle it."""

from collections import OrderedDict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from lgsp_adapter import Backpressure, Delivery, Done, Draft, Reject, Result, Retryable, Signed

from hub.connectors.attempts import Named
from hub.connectors.holdings import Holdings
from hub.connectors.intake import Intake
from hub.connectors.items import Item
from hub.connectors.records import expires_at
from hub.connectors.together import Together
from hub.ports import Unavailable

T = TypeVar("T")

REMEMBERED: Final = 10_000
"""Hand-ins and outcomes that a repetition finds again: more than a foreign system has under way."""

ENOUGH: Final = 1_000
"""Most deliveries that one look at the desk takes out."""


class HubDesk:
    """`lgsp_adapter.Desk` over the holdings and the intake of one connector."""

    def __init__(
        self,
        holdings: Holdings,
        intake: Intake,
        closed: Together[Named, AbstractSet[Named]],
    ) -> None:
        self._holdings, self._intake, self._closed = holdings, intake, closed
        self._out: dict[str, Item] = {}
        self._busy: set[str] = set()
        self._times: OrderedDict[str, datetime] = OrderedDict()
        self._settled: OrderedDict[str, None] = OrderedDict()
        self.handed_in = 0
        self.last_at: datetime | None = None

    async def submit(self, message: Draft | Signed) -> None:
        if isinstance(message, Draft) and message.time is None:
            message = replace(message, time=self._time(message.id))
        try:
            taken = await self._intake.message(message)
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error
        # Invariant 1: the foreign system hears "done" only after this. Of a marking the fact.
        if taken.outputs:
            await self._holdings.write(*taken.outputs)
        if taken.refusal is not None:
            raise Reject(taken.refusal.reason.value, taken.refusal.place or taken.refusal.detail)
        self.handed_in, self.last_at = self.handed_in + 1, self._intake.now()

    async def waiting(self, limit: int, after: str | None = None) -> Sequence[Delivery]:
        self._take_out()
        behind = self._holdings.stuck_keys()
        items = sorted(self._out.values(), key=_turn)
        # Invariant 7: what stands behind a dead letter waits for the operator with it.
        items = [item for item in items if item.delivery.order_key not in behind]
        if after is not None and (last := self._out.get(after)) is not None:
            items = [item for item in items if _turn(item) > _turn(last)]
        items = await self._wanted(items[: max(0, limit)])
        try:
            await self._holdings.whole(items)
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error
        return [item.delivery for item in items]

    async def settle(self, key: str, result: Result) -> bool:
        self._take_out()
        item = self._out.get(key)
        if item is None or key in self._busy:
            return key in self._settled
        if isinstance(result, Retryable | Backpressure):
            return True  # It stays where it is: the foreign system fetches it again.
        self._busy.add(key)
        try:
            if isinstance(result, Done):
                await self._holdings.done([(item, result)])
            else:
                await self._holdings.whole([item])
                await self._holdings.bury(item, result)
        finally:
            self._busy.discard(key)
        del self._out[key]
        _remember(self._settled, key, None)
        return True

    def _take_out(self) -> None:
        for item in self._holdings.take(ENOUGH):
            self._out[item.delivery.key] = item

    async def _wanted(self, items: Sequence[Item]) -> list[Item]:
        try:
            closed = await self._closed.of([item.named for item in items])
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error
        left = []
        for item in items:
            expiry = expires_at(item.entry)
            gone = item.named in closed
            if item.delivery.key in self._busy:
                continue
            if gone or (expiry is not None and expiry <= self._intake.now()):
                await self._end(item, recorded=gone)
            else:
                left.append(item)
        return left

    async def _end(self, item: Item, *, recorded: bool) -> None:
        self._busy.add(item.delivery.key)
        try:
            await (self._holdings.closed if recorded else self._holdings.expired)(item)
        finally:
            self._busy.discard(item.delivery.key)
        del self._out[item.delivery.key]

    def _time(self, id: str) -> datetime:
        """Return the time of a draft without one: the same when it is repeated.

        The time is signed: another one would make the repetition another message (invariant 8).
        """
        known = self._times.get(id) or self._intake.now()
        _remember(self._times, id, known)
        return known


def _turn(item: Item) -> tuple[bool, int]:
    """Return by what deliveries are fetched: the urgent ones first, each sort in its order."""
    return not item.entry.urgent, item.entry.offset


def _remember(memory: OrderedDict[str, T], key: str, value: T) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
