"""Which brokers there are: what an operator wants to see first when Kafka is in question."""

import asyncio
from dataclasses import dataclass
from typing import Final

from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection, broker_errors

LOOK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """One broker, as it names itself to clients."""

    node: int
    host: str
    port: int
    controller: bool
    """Whether it tells the others who leads what."""


async def brokers(connection: KafkaConnection) -> tuple[Broker, ...]:
    """Return the brokers that the cluster knows, by number.

    Raises:
        Unavailable: none answers.
    """
    with broker_errors("to a look at the brokers"):
        async with asyncio.timeout(LOOK_SECONDS), open_admin(connection) as admin:
            told = await admin.describe_cluster()
    found = (
        Broker(
            node=one["node_id"],
            host=one["host"],
            port=one["port"],
            controller=one["node_id"] == told["controller_id"],
        )
        for one in told["brokers"]
    )
    return tuple(sorted(found, key=lambda one: one.node))
