"""The bridge's side of Kafka: read `hub.in.<system>`, write `hub.ingress`, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition

from hub.io.kafka.admin import delete_records
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.positions import Position, read_positions
from hub.io.kafka.reading import close_consumer, open_consumer
from hub.io.kafka.topics import outbox
from hub.io.kafka.transaction import Output, TransactionalWriter

GROUP: Final = "hub-bridge"
"""The consumer group whose committed offsets are the bridge's positions; also its producer's id:
there is one bridge, and a second one fences the first."""

COLLECT_RECORDS: Final = 500
"""Most records in one transaction: with 256 KiB each they still fit into memory."""

_IDLE_MS: Final = 500
_TRUNCATE: Final = "truncate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A record of a system's own topic."""

    system: str
    partition: int
    offset: int
    headers: Sequence[tuple[str, bytes]]
    value: bytes


class BridgeBus:
    """The topics on which systems hand in their messages."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._writer = TransactionalWriter(connection, GROUP)
        self._consumer: Any = None
        self._systems: dict[str, str] = {}

    async def open(self, systems: Iterable[str]) -> None:
        """Read on where the last transaction ended, on the topics that exist of `systems`.

        Raises:
            Unavailable: Kafka does not answer.
        """
        await self._writer.open()
        existing = await self._writer.topics()
        named = {outbox(system): system for system in systems}
        self._systems = {topic: named[topic] for topic in named.keys() & existing}
        if self._consumer is None:
            self._consumer = await open_consumer(self._connection)
        with broker_errors("opening the bridge"):
            firsts = [TopicPartition(topic, 0) for topic in self._systems]
            self._consumer.assign(firsts)
            await self._consumer.beginning_offsets(firsts)  # Loads the metadata of the topics.
            places = [
                TopicPartition(topic, number)
                for topic in self._systems
                for number in self._consumer.partitions_for_topic(topic) or ()
            ]
            await self._seek(places)

    async def missing(self, systems: Iterable[str]) -> bool:
        """Say whether a topic of `systems` has come that is not read yet.

        Raises:
            Unavailable: Kafka does not answer.
        """
        existing = await self._writer.topics()
        return {outbox(system) for system in systems} & existing != self._systems.keys()

    def hold(self, systems: AbstractSet[str]) -> None:
        """Read from now on the topics of all systems but these: what they wrote stays there."""
        for place in self._consumer.assignment():
            if self._systems[place.topic] in systems:
                self._consumer.pause(place)
            else:
                self._consumer.resume(place)

    async def collect(self) -> list[Incoming]:
        """Return the next records, in the order of each partition; empty where there are none.

        Raises:
            Unavailable: Kafka does not answer.
        """
        with broker_errors("reading the systems' topics"):
            found = await self._consumer.getmany(timeout_ms=_IDLE_MS, max_records=COLLECT_RECORDS)
        return [
            Incoming(
                system=self._systems[place.topic],
                partition=place.partition,
                offset=record.offset,
                headers=record.headers,
                value=record.value or b"",
            )
            for place, records in found.items()
            for record in records
        ]

    async def commit(
        self, done: Sequence[Incoming], outputs: Sequence[Output], secret: Iterable[Incoming]
    ) -> None:
        """Write `outputs` and the positions after `done`, then truncate what was `secret`.

        After any error the bus must be opened again.

        Raises:
            Fenced, Refusing, Unavailable: see `TransactionalWriter.write`.
        """
        cut = {_place(record): record.offset + 1 for record in secret}
        ends = {_place(record): record.offset + 1 for record in done}
        offsets = {
            place: Position(
                offset=end, owner=GROUP, note=f"{_TRUNCATE}{cut[place]}" if place in cut else ""
            ).committed()
            for place, end in ends.items()
        }
        await self._writer.write(outputs, offsets, GROUP)
        await self._truncate(cut)

    async def close(self) -> None:
        """Stop reading and writing."""
        await self._writer.discard()
        if self._consumer is not None:
            await close_consumer(self._consumer)
            self._consumer = None

    async def _seek(self, places: Sequence[TopicPartition]) -> None:
        if not places:
            return
        self._consumer.assign(places)
        starts = await self._consumer.beginning_offsets(places)
        positions = await read_positions(self._connection, GROUP, places)
        for place in places:
            position = positions.get(place)
            self._consumer.seek(place, max(starts[place], position.offset if position else 0))
        # What the last run found and may not have deleted any more before it died.
        notes = {place: position.note for place, position in positions.items()}
        await self._truncate(
            {
                place: int(note.removeprefix(_TRUNCATE))
                for place, note in notes.items()
                if note.startswith(_TRUNCATE)
            }
        )

    async def _truncate(self, cut: Mapping[TopicPartition, int]) -> None:
        # Invariant 9: a find truncates that topic, up to and including the record, and no other.
        for place, before in cut.items():
            await delete_records(self._connection, place.topic, place.partition, before)


def _place(record: Incoming) -> TopicPartition:
    return TopicPartition(outbox(record.system), record.partition)
