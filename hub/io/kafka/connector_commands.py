"""Send an operator's word to a connector: what the API does after the trail is written."""

import asyncio

from aiokafka import AIOKafkaProducer

from hub.io.kafka.connection import KafkaConnection, broker_errors, whole
from hub.io.kafka.connector_records import Command, command_record
from hub.io.kafka.ingress import WRITE_SECONDS
from hub.io.kafka.topics import partition_of
from hub.signing.macs import MacKeys


class CommandWriter:
    """Writes commands to `hub.retry`. A producer for each: operators are slow."""

    def __init__(self, connection: KafkaConnection, partitions: int, macs: MacKeys) -> None:
        self._connection, self._partitions, self._macs = connection, partitions, macs

    async def send(self, *commands: Command) -> None:
        """Write commands in their order; return once they are durable. Repeating is harmless.

        Raises:
            Unavailable: whether they were written is unknown.
        """
        producer = AIOKafkaProducer(
            **self._connection.options(), acks="all", enable_idempotence=True
        )
        with broker_errors("to a command"):
            async with asyncio.timeout(WRITE_SECONDS):
                try:
                    await whole(producer.start())
                    for command in commands:
                        await self._send(producer, command)
                finally:
                    await producer.stop()

    async def _send(self, producer: AIOKafkaProducer, command: Command) -> None:
        partition = partition_of(command.connector, self._partitions)
        output = command_record(command, self._macs, partition)
        await producer.send_and_wait(
            output.topic,
            output.value,
            key=output.key,
            partition=partition,
            headers=output.headers,
        )
