"""Write `hub.rules`: one version, one Kafka transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from hub.decision.rulebook import HEARTBEAT_KEY, VERSION_KEY, VersionRecord
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.rules_reader import open_rules
from hub.io.kafka.topics import RULES
from hub.io.kafka.transaction import Output, TransactionalWriter

TRANSACTIONAL_ID: Final = "hub-rules"
"""One publisher at a time: a new one fences the old one, whose open transaction is undone."""


class RulesPublisher:
    """Appends versions and heartbeats. Opened anew after every error."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._writer = TransactionalWriter(connection, TRANSACTIONAL_ID)

    async def start(self) -> VersionRecord | None:
        """Fence every other publisher, then return the last version that stands in `hub.rules`.

        Raises:
            Unavailable: the broker does not answer.
        """
        # Fence first: nobody can add a version between the reading and our writing.
        await self._writer.open()
        return await self._last()

    async def publish(self, changes: Mapping[str, bytes | None], version: VersionRecord) -> None:
        """Append a change set and the record that closes it; return once committed.

        Raises:
            Fenced: another publisher has taken over.
            Refusing: the broker refuses a record for good; nothing was written.
            Unavailable: whether it was written is unknown: `start` again, which tells.
        """
        records = [_record(key, value) for key, value in changes.items()]
        # The closing record comes last and in the same transaction: a version is whole or absent.
        await self._write([*records, _record(VERSION_KEY, msgspec.json.encode(version))])

    async def heartbeat(self, at: datetime) -> None:
        """Say that the control plane lives and that there is no newer version than the last.

        Raises:
            Fenced, Unavailable: as for `publish`.
        """
        await self._write([_record(HEARTBEAT_KEY, msgspec.json.encode({"at": at}))])

    async def stop(self) -> None:
        """Let go of the producer."""
        await self._writer.discard()

    async def _write(self, records: list[Output]) -> None:
        await self._writer.write(records, {}, "")

    async def _last(self) -> VersionRecord | None:
        last = None
        async with open_rules(self._connection) as reader:
            while not reader.caught_up:
                for record in await reader.next():
                    if record.key == VERSION_KEY.encode():
                        last = msgspec.json.decode(record.value or b"", type=VersionRecord)
        return last


def _record(key: str, value: bytes | None) -> Output:
    return Output(topic=RULES, partition=0, key=key.encode(), value=value)
