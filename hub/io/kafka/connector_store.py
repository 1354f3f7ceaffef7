"""Read back what connectors have on `hub.retry`, and follow what operators want of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog
from aiokafka import TopicPartition

from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.connector_records import (
    Command,
    Entry,
    Kind,
    Position,
    Unread,
    decode,
    parse_key,
    read_command,
    without_bytes,
    without_content,
)
from hub.io.kafka.positions import fence
from hub.io.kafka.reading import close_consumer, consumer_for, ends_of, open_consumer, read_to
from hub.io.kafka.topics import RETRY, partition_of
from hub.signing.macs import MacKeys

_IDLE_MS: Final = 500

_log = structlog.get_logger("connectors")


@dataclass(slots=True)
class Stored:
    """What stands on the topic of one connector."""

    position: Position | None = None
    """None: it has never moved anything."""
    entries: dict[str, Entry] = field(default_factory=dict)
    """Without their contents, however many they are: `Contents` reads one when it is tried."""
    places: dict[str, int] = field(default_factory=dict)
    """Where each entry's record stands on the topic."""
    unread: dict[str, Unread] = field(default_factory=dict)
    """Without their contents, likewise."""
    commands: dict[str, Command] = field(default_factory=dict)


class ConnectorStore:
    """Reads `hub.retry` for connectors. The router's records on it are passed over."""

    def __init__(self, connection: KafkaConnection, partitions: int, owner: str) -> None:
        self._connection, self._partitions, self._owner = connection, partitions, owner
        self._tail: Any = None
        self._followed: dict[TopicPartition, int] = {}

    async def load(self, connectors: Collection[str], macs: MacKeys) -> Mapping[str, Stored]:
        """Return what stands there of each connector, after fencing whoever wrote it before.

        Raises:
            Unavailable: Kafka does not answer.
        """
        found = await self._read(connectors, macs)
        owners = {one.position.owner for one in found.values() if one.position is not None}
        if others := owners - {self._owner}:
            # An earlier layout's process can commit nothing any more: then what is read stays so.
            await fence(self._connection, others)
            found = await self._read(connectors, macs)
        return found

    async def _read(self, connectors: Collection[str], macs: MacKeys) -> dict[str, Stored]:
        stored = {name: Stored() for name in connectors}
        places = self._places(connectors)
        if not places:
            return stored
        # The router writes there too: our own outcomes may stand behind its open transaction.
        ends = await ends_of(self._connection, places)
        async with consumer_for(self._connection, "reading hub.retry") as consumer:
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            async for batch in read_to(consumer, ends):
                for records in batch.values():
                    for raw in records:
                        _fold(stored, raw, macs)
        return stored

    def _places(self, connectors: Collection[str]) -> list[TopicPartition]:
        numbers = {partition_of(name, self._partitions) for name in connectors}
        return [TopicPartition(RETRY, number) for number in sorted(numbers)]

    async def follow(self) -> None:
        """Follow commands from now on. What was given before, `load` returns.

        Raises:
            Unavailable: Kafka does not answer.
        """
        await self.close()
        self._tail = await open_consumer(self._connection)
        places = [TopicPartition(RETRY, number) for number in range(self._partitions)]
        with broker_errors("following hub.retry"):
            self._tail.assign(places)
            for place, end in (await self._tail.end_offsets(places)).items():
                # After a fault it goes on where it was: a command of the meantime is not passed by.
                self._tail.seek(place, min(end, self._followed.get(place, end)))

    async def commands(self, macs: MacKeys) -> list[Command]:
        """Return the commands that have come; empty where there are none within half a second.

        Raises:
            Unavailable: Kafka does not answer.
        """
        with broker_errors("following hub.retry"):
            found = await self._tail.getmany(timeout_ms=_IDLE_MS)
        commands = []
        for place, records in found.items():
            self._followed[place] = records[-1].offset + 1
            for raw in records:
                key = parse_key(raw.key)
                if key is not None and key.kind is Kind.COMMAND and raw.value is not None:
                    commands.append(_command(raw, macs))
        return [command for command in commands if command is not None]

    async def close(self) -> None:
        """Stop following."""
        tail, self._tail = self._tail, None
        if tail is not None:
            await close_consumer(tail)


def _command(raw: Any, macs: MacKeys) -> Command | None:
    command = read_command(list(raw.headers), raw.value, macs)
    if command is None:
        # Not the hub's word: it moves nothing, and somebody should look who can write there.
        _log.error("connector_command_not_genuine", partition=raw.partition, offset=raw.offset)
    return command


def _fold(stored: dict[str, Stored], raw: Any, macs: MacKeys) -> None:
    key = parse_key(raw.key)
    if key is None or key.connector not in stored:
        return
    of = stored[key.connector]
    if key.kind is Kind.COMMAND:
        _put(of.commands, key.name, None if raw.value is None else _command(raw, macs))
        return
    try:
        value = None if raw.value is None else decode(key.kind, raw.value)
    except msgspec.MsgspecError as error:
        # Invariant 6: what cannot be read must not look as if it had never been.
        raise UnreadableState(f"{key.connector}: {key.kind} on hub.retry") from error
    if key.kind is Kind.POSITION:
        of.position = value
    elif key.kind is Kind.ENTRY:
        _put(of.entries, key.name, None if value is None else without_content(value))
        _put(of.places, key.name, None if value is None else raw.offset)
    else:
        _put(of.unread, key.name, None if value is None else without_bytes(value))


def entry_at(key: bytes, value: bytes | None) -> Entry:
    """Return the entry of a record that was held without its content.

    Raises:
        UnreadableState: there is no such record any more, or it cannot be read.
    """
    entry: Entry = _value_at(key, value)
    return entry


def unread_at(key: bytes, value: bytes | None) -> Unread:
    """Return the dead letter of a source, likewise.

    Raises:
        UnreadableState: as `entry_at`.
    """
    unread: Unread = _value_at(key, value)
    return unread


def _value_at(key: bytes, value: bytes | None) -> Any:
    named = parse_key(key)
    assert named is not None  # noqa: S101  (the key is ours)
    try:
        if value is not None:
            return decode(named.kind, value)
    except msgspec.MsgspecError:
        pass
    # Invariant 6: it must not look as if it had never been. Somebody has changed the topic.
    raise UnreadableState(f"{named.connector}: {named.kind} on hub.retry")


def _put(into: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        into.pop(name, None)
    else:
        into[name] = value


class UnreadableState(Exception):
    """A record of a connector is of a newer version of the hub, or damaged."""
