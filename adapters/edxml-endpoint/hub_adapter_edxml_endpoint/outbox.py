"""What waits for an e-office, under names that it can keep: lists, packets, settlements."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from lgsp_adapter import Context, Delivery, Desk, Reject, Result
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.mapping import from_body
from lgsp_edxml.model import Document, Hop
from lgsp_edxml.times import write_time
from lgsp_edxml.writer import write_packet
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
            Reject: `packet_unwritable`: no packet can be made of it. It is settled so, because the
                e-office could only ask for it again.
        """
        try:
            return await packet_of(delivery, self._ctx)
        except Reject as error:
            await self._desk.settle(delivery.key, error)
            raise

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


async def packet_of(delivery: Delivery, ctx: Context) -> bytes:
    """Return the official form of a delivery's body; where there is none, the packet as it came.

    Raises:
        Reject: `body_unreadable`, `packet_unwritable`, or `unknown_object` of the store.
    """
    body = _body(delivery)
    hashes = [file["object"]["hash"] for file in body.get("attachments", ())]
    files = {hash_: await _fetched(ctx, hash_) for hash_ in hashes}
    try:
        return await asyncio.to_thread(_written, delivery, body, files)
    except EdxmlError as error:
        if "original" in body:
            return await _fetched(ctx, body["original"]["hash"])
        raise Reject("packet_unwritable", f"{error.fault} at {error.place}") from error


def _body(delivery: Delivery) -> dict[str, Any]:
    try:
        body = json.loads(delivery.body)
    except ValueError:
        raise Reject("body_unreadable", "the body is no JSON") from None
    if not isinstance(body, dict):
        raise Reject("body_unreadable", "the body is no JSON object")
    return body


async def _fetched(ctx: Context, hash_: str) -> bytes:
    return b"".join([piece async for piece in ctx.fetch(hash_)])


def _written(delivery: Delivery, body: dict[str, Any], files: dict[str, bytes]) -> bytes:
    packet = from_body(body, files)
    if isinstance(packet, Document) and not packet.trace:
        # The message's own time, not the clock's: the same bytes every time.
        at = write_time(parse_time(delivery.attributes["time"], "time"))
        packet = replace(packet, trace=(Hop(code=packet.from_.code, at=at),))
    return write_packet(packet)
