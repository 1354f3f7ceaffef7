"""Deliveries that wait for their inbox: read `hub.retry`, try again, settle."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final

import msgspec
from aiokafka import TopicPartition

from hub.decision.events import AuditEvent, Event
from hub.io.kafka import topics
from hub.io.kafka.codec import Headers, encode_event, is_urgent_record
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.connector_records import is_connectors
from hub.io.kafka.inboxes import Inboxes
from hub.io.kafka.positions import fence_earlier_layouts
from hub.io.kafka.reading import close_consumer, ends_of, open_consumer, read_to
from hub.io.kafka.router_records import Parked, inbox_output, retry_key
from hub.io.kafka.share import Share
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Refusing

MAX_WAITING: Final = 10_000
"""Waiting deliveries read in one pass: the rest, which are later ones, stay for the next."""

_decode = msgspec.msgpack.Decoder(Parked).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One delivery that waits."""

    partition: int
    parked: Parked
    headers: Headers


class RetryBus:
    """One router's share of `hub.retry`."""

    def __init__(self, connection: KafkaConnection, share: Share, inboxes: Inboxes) -> None:
        self._connection, self._share, self._inboxes = connection, share, inboxes
        self._places = [TopicPartition(topics.RETRY, n) for n in share.partitions()]
        self._writer = TransactionalWriter(connection, share.transactional_id("retry"))
        self._consumer: Any = None

    async def open(self) -> None:
        """Fence an earlier owner and count what waits.

        Raises:
            Unavailable: Kafka does not answer.
        """
        await fence_earlier_layouts(self._connection, self._share)
        await self._writer.open()
        await self._inboxes.refresh(self._writer)
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection)
        await self._count()

    async def read(self) -> list[Waiting]:
        """Return what waits, in the order in which it was put there.

        Raises:
            Unavailable: Kafka does not answer.
        """
        found: dict[bytes, Waiting] = {}
        with broker_errors("reading hub.retry"):
            self._consumer.assign(self._places)
            await self._consumer.seek_to_beginning(*self._places)
            # Connectors and the router itself write there too: what this share has settled may
            # stand behind an open transaction of theirs, and would be delivered again.
            ends = await ends_of(self._connection, self._places)
            async for batch in read_to(self._consumer, ends):
                for raw in chain.from_iterable(batch.values()):
                    _fold(found, raw)
        return list(found.values())

    async def deliver(self, item: Waiting, at: datetime) -> bool:
        """Deliver one that waits and settle it, together or not at all (invariant 2).

        Returns whether its inbox could be written.

        Raises:
            Fenced, Refusing, Unavailable: see `TransactionalWriter.write`; open again.
        """
        parked, system = item.parked, item.parked.delivery.system
        await self._inboxes.look_for([system], self._writer)
        if not self._inboxes.writable(system):
            return False
        resumed = AuditEvent(
            event=Event.RESUMED, source=parked.source, id=parked.id, recipient=system, at=at
        )
        settled = Output(
            topic=topics.RETRY,
            partition=item.partition,
            key=retry_key(parked.source, parked.id, system),
            value=None,
        )
        urgent = is_urgent_record(item.headers)
        outputs = [
            inbox_output(
                self._inboxes.lane(system) if urgent else topics.inbox(system),
                parked.body,
                parked.delivery,
                item.headers,
                item.partition,
            ),
            Output(
                topic=topics.AUDIT, partition=item.partition, key=None, value=encode_event(resumed)
            ),
            settled,
        ]
        try:
            async with self._inboxes.parking(outputs):
                await self._writer.write(outputs, {}, topics.ROUTER_GROUP)
        except Refusing as error:
            self._inboxes.forbid(error.topics)
            raise
        return True

    def look_again(self) -> None:
        """Ask the broker anew for every inbox: an operator may have made or opened one."""
        self._inboxes.forget()

    async def waiting(self) -> int:
        """Return how many deliveries wait; count them where that is not known.

        Raises:
            Unavailable: Kafka does not answer.
        """
        if not self._inboxes.known.is_set():
            await self._count()
        return self._inboxes.waiting()

    async def _count(self) -> None:
        async with self._inboxes.counting() as counted:
            counted.update(item.parked.delivery.system for item in await self.read())

    async def close(self) -> None:
        """Stop."""
        await self._writer.discard()
        if self._consumer is not None:
            await close_consumer(self._consumer)
            self._consumer = None


def _fold(found: dict[bytes, Waiting], raw: Any) -> None:
    if is_connectors(raw.key):
        return  # What waits at a connector is in its inbox already: not the router's to deliver.
    if raw.value is None:
        found.pop(raw.key, None)
    elif len(found) < MAX_WAITING:
        found[raw.key] = Waiting(
            partition=raw.partition, parked=_decode(raw.value), headers=list(raw.headers)
        )
