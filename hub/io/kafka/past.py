"""What stands in `hub.ingress` since a moment: to give it to who asks for the past."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from aiokafka import TopicPartition

from hub.io.kafka.codec import Headers
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.ranges import IngressPart
from hub.io.kafka.reading import consumer_for
from hub.io.kafka.topics import INGRESS


class ReadsThePast(Protocol):
    """Who reads `hub.ingress` again."""

    async def spans(self, since: datetime) -> dict[int, tuple[int, int]]:
        """Return, by partition, the offsets [first, end) of what arrived since a moment.

        Raises:
            Unavailable: Kafka does not answer.
        """
        ...

    def read(
        self, partition: int, first: int, end: int
    ) -> AsyncIterator[tuple[int, Headers, bytes]]:
        """Yield offset, headers and value of the records in [first, end) that are still kept."""
        ...


class PastIngress:
    """Reads `hub.ingress`: the port `ReadsThePast`."""

    def __init__(self, connection: KafkaConnection, partitions: int) -> None:
        self._connection, self._part = connection, IngressPart(connection)
        self._places = [TopicPartition(INGRESS, number) for number in range(partitions)]

    async def spans(self, since: datetime) -> dict[int, tuple[int, int]]:
        at = int(since.timestamp() * 1000)
        doing = "looking for a moment in hub.ingress"
        async with consumer_for(self._connection, doing) as consumer:
            found = await consumer.offsets_for_times(dict.fromkeys(self._places, at))
            ends = await consumer.end_offsets(self._places)
        # Nothing has arrived since then where no offset is known.
        return {
            place.partition: (known.offset, ends[place])
            for place in self._places
            if (known := found.get(place)) is not None
        }

    def read(
        self, partition: int, first: int, end: int
    ) -> AsyncIterator[tuple[int, Headers, bytes]]:
        return self._part.read(partition, first, end)
