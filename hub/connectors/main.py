"""The connectors process: for now the bridge, by which systems hand in over Kafka."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from hub.connectors.bridge import Bridge
from hub.decision.rules import Rules
from hub.io.backoff import Backoff
from hub.io.kafka.bridge_bus import BridgeBus
from hub.io.kafka.connection import KafkaConnection
from hub.ports import ObjectAccess


async def run(
    connection: KafkaConnection,
    rules: Callable[[], Rules],
    objects: ObjectAccess,
    partitions: int,
    stop: asyncio.Event,
) -> None:
    """Pass messages on until `stop` is set; then finish the running transaction and return.

    Raises:
        Fenced: another connectors process has taken over.
    """
    bridge = Bridge(BridgeBus(connection), rules, objects, partitions, lambda: datetime.now(UTC))
    await bridge.run(stop, Backoff())
