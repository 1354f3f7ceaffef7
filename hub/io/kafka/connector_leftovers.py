"""How much a connector still holds on `hub.retry`: counted, without bodies and without fencing."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.connector_records import EntryState, Kind, parse_key
from hub.io.kafka.reading import consumer_for, read_to
from hub.io.kafka.topics import RETRY, partition_of
from hub.ports import Unavailable

SECONDS: Final = 60.0
"""Longest count: one partition, compacted; a person waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a connector holds."""

    dead_letters: int
    """They wait for an operator."""
    parked: int
    """Deliveries that wait for their next try, or behind another."""


class _State(msgspec.Struct):
    """Of an `Entry`, the field that is counted; the others are passed over."""

    state: EntryState


_decode = msgspec.msgpack.Decoder(_State).decode


class Leftovers:
    """Counts what connectors hold."""

    def __init__(self, connection: KafkaConnection, partitions: int) -> None:
        self._connection, self._partitions = connection, partitions

    async def of(self, connector: str) -> Held:
        """Return what stands there of a connector. Whoever asks has stopped it.

        Raises:
            Unavailable: Kafka does not answer, or not in time.
        """
        place = TopicPartition(RETRY, partition_of(connector, self._partitions))
        try:
            async with asyncio.timeout(SECONDS):
                found = await self._read(place, connector)
        except TimeoutError as error:
            raise Unavailable("hub.retry could not be read in time") from error
        dead = sum(stuck for stuck in found.values())
        return Held(dead_letters=dead, parked=len(found) - dead)

    async def _read(self, place: TopicPartition, connector: str) -> dict[bytes, bool]:
        found: dict[bytes, bool] = {}
        async with consumer_for(self._connection, "reading hub.retry") as consumer:
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            ends = await consumer.end_offsets([place])
            async for batch in read_to(consumer, ends):
                for raw in batch.get(place, ()):
                    _fold(found, raw, connector)
        return found


def _fold(found: dict[bytes, bool], raw: Any, connector: str) -> None:
    key = parse_key(raw.key)
    if key is None or key.connector != connector or key.kind not in (Kind.ENTRY, Kind.UNREAD):
        return
    if raw.value is None:
        found.pop(raw.key, None)
    else:
        found[raw.key] = key.kind is Kind.UNREAD or _is_stuck(raw.value)


def _is_stuck(value: bytes) -> bool:
    try:
        return _decode(value).state is EntryState.DEAD_LETTER
    except msgspec.MsgspecError:
        # Invariant 6: what this version cannot read is held all the same, and a person must look.
        return True
