"""Give the hub's orders about messages that it has admitted: on a copy of the message's record."""

from typing import Protocol

import msgspec

from hub.decision.order_record import Order
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.ingress_record import Found
from hub.signing.macs import MacKeys, command_mac


class RecordGone(Exception):
    """The message's record is no longer kept: there is nothing to deliver."""


class GivesOrders(Protocol):
    """Who tells the router what to do."""

    async def give(self, partition: int, offset: int, order: Order) -> None:
        """Give an order about the message at this place of `hub.ingress`, and return once durable.

        Raises:
            RecordGone: the record is not there, or is another message's.
            Unavailable: Kafka does not answer; giving it again changes nothing.
        """
        ...


class ReadsRecords(Protocol):
    """Who reads one record of `hub.ingress`."""

    async def read(self, partition: int, offset: int) -> Found | None:
        """Return one record; None: it is no longer kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        ...


class Orders:
    """Reads a message's record again and writes it back with an order: the port `GivesOrders`."""

    def __init__(self, records: ReadsRecords, writer: IngressWriter, macs: MacKeys) -> None:
        self._records, self._writer, self._macs = records, writer, macs

    async def give(self, partition: int, offset: int, order: Order) -> None:
        record = await self._records.read(partition, offset)
        # A topic that was made anew counts from 0 again: another message may stand there.
        if record is None or dict(record.headers).get("ce_id") != order.id.encode():
            raise RecordGone(f"partition {partition}, offset {offset}")
        text = msgspec.json.encode(order)
        mac = command_mac(self._macs, text)
        await self._writer.give_order(partition, record.body, list(record.headers), text, mac)
