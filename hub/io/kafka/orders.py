"""Give the hub's orders about messages that it has admitted: on a copy of the message's record."""

import msgspec

from hub.decision.orders import Order
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.ingress_record import IngressRecords
from hub.signing.macs import MacKeys, command_mac


class RecordGone(Exception):
    """The message's record is no longer kept: there is nothing to deliver."""


class Orders:
    """Reads a message's record again and writes it back with an order."""

    def __init__(self, records: IngressRecords, writer: IngressWriter, macs: MacKeys) -> None:
        self._records, self._writer, self._macs = records, writer, macs

    async def give(self, partition: int, offset: int, order: Order) -> None:
        """Give an order about the message at this place; return once it is durable.

        Raises:
            RecordGone: the record is not there, or is another message's.
            Unavailable: Kafka does not answer; giving it again changes nothing.
        """
        record = await self._records.read(partition, offset)
        # A topic that was made anew counts from 0 again: another message may stand there.
        if record is None or dict(record.headers).get("ce_id") != order.id.encode():
            raise RecordGone(f"partition {partition}, offset {offset}")
        text = msgspec.json.encode(order)
        mac = command_mac(self._macs, text)
        await self._writer.give_order(partition, record.body, list(record.headers), text, mac)
