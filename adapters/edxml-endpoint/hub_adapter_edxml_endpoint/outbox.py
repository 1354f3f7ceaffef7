"""What waits for an e-office, under names that it can keep: lists, packets, settlements."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from typing import Final
from uuid import UUID

from lgsp_adapter import Context, Delivery, Desk, Reject, Result
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.official import packet_of
from lgsp_message.attributes import parse_time

PAGE: Final = 200
REMEMBERED: Final = 10_000


def doc_id_of(delivery: Delivery) -> str:
    """Return the e-office's name of a delivery: a UUID, as the axis uses, made of its key."""
    return str(UUID(bytes=sha256(delivery.key.encode()).digest()[:16]))


class Outbox:
    """The desk, seen by docId. What was withdrawn meanwhile is not given out: the desk decides."""

    def __init__(self, desk: Desk, ctx: Context) -> None:
        self._desk, self._ctx = desk, ctx
        self._keys: OrderedDict[str, str] = OrderedDict()

    async def listed(self, limit: int, wanted: Callable[[Delivery], bool]) -> list[Delivery]:
        """Return the first deliveries that are wanted, at most `limit`."""
        found: list[Delivery] = []
        async for delivery in self._all():
            if wanted(delivery):
                found.append(delivery)
            if len(found) == limit:
                break
        return found

    async def get(self, doc_id: str) -> Delivery | None:
        """Return the waiting delivery of that name."""
        async for delivery in self._all():
            if doc_id_of(delivery) == doc_id:
                return delivery
        return None

    async def packet(self, delivery: Delivery) -> bytes:
        """Return its packet; the same delivery gives the same bytes every time.

        Raises:
            Reject: `body_unreadable`, `packet_unwritable`, or `unknown_object` of the store: no
                packet can be made of it. It is settled so, because the e-office could only ask for
                it again.
        """
        try:
            return await self._packet(delivery)
        except Reject as error:
            await self._desk.settle(delivery.key, error)
            raise

    async def _packet(self, delivery: Delivery) -> bytes:
        made = parse_time(delivery.attributes["time"], "time")
        try:
            return await packet_of(delivery.json(), made, self._ctx.read)
        except EdxmlError as error:
            raise Reject("packet_unwritable", f"{error.fault} at {error.place}") from error

    async def settle(self, doc_id: str, result: Result) -> None:
        """Settle by name. What no longer waits was settled before: an e-office repeats itself."""
        key = self._keys.get(doc_id)
        if key is None:
            delivery = await self.get(doc_id)
            if delivery is None:
                return
            key = delivery.key
        await self._desk.settle(key, result)

    async def _all(self) -> AsyncIterator[Delivery]:
        after: str | None = None
        while page := await self._desk.waiting(PAGE, after):
            for delivery in page:
                self._keys[doc_id_of(delivery)] = delivery.key
                yield delivery
            after = page[-1].key
            while len(self._keys) > REMEMBERED:
                self._keys.popitem(last=False)
