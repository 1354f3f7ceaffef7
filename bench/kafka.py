"""Kafka for one measurement: a broker of its own, its topics, its preloaded messages."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from bench.data import PARTITIONS, Province, Wire, save
from bench.inboxes import await_leaders
from hub.io.embedded import EmbeddedBroker
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.topics import INGRESS, hub_topics, inbox_topic

HEAP_MB: Final = 1024
FLUSH_SECONDS: Final = 60
SETTLE_SECONDS: Final = 3.0
"""After every partition has its leader: the broker's own work on new topics is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where one measurement takes place."""

    bootstrap: str
    folder: Path


@asynccontextmanager
async def fresh_ground(province: Province) -> AsyncIterator[Ground]:
    """Give an empty broker with the hub's topics and the province's inboxes; remove it after."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder = Path(name)
        broker = EmbeddedBroker(folder / "kafka", port=0, controller_port=0, heap_mb=HEAP_MB)
        async with broker:
            connection = KafkaConnection(bootstrap=broker.bootstrap)
            inboxes = [inbox_topic(system) for system in province.names]
            topics = [*hub_topics(PARTITIONS), *inboxes]
            await ensure_topics(connection, topics)
            await asyncio.to_thread(await_leaders, broker.bootstrap, topics)
            save(province, folder)
            await asyncio.sleep(SETTLE_SECONDS)
            yield Ground(bootstrap=broker.bootstrap, folder=folder)


def preload(bootstrap: str, wires: Sequence[Wire]) -> None:
    """Write messages to `hub.ingress` and wait until they are there."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "linger.ms": 20,
            "log_level": 0,
            "queue.buffering.max.messages": len(wires) + 1,
        }
    )
    for wire in wires:
        producer.produce(
            INGRESS, wire.value, wire.key, partition=wire.partition, headers=dict(wire.headers)
        )
        producer.poll(0)
    left = producer.flush(FLUSH_SECONDS)
    if left:
        raise RuntimeError(f"{left} messages were not written to {INGRESS}")
