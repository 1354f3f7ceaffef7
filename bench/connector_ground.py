"""Connectors for one measurement: a broker, inboxes, one connectors process, one peer."""

import asyncio
import base64
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from confluent_kafka import Producer

from bench.connector_process import RULES
from bench.data import PARTITIONS, Province, admitted, body, signed
from bench.inboxes import await_leaders
from bench.kafka import FLUSH_SECONDS, HEAP_MB, SETTLE_SECONDS
from bench.running import running
from hub.decision.events import Delivery
from hub.io.embedded import EmbeddedBroker
from hub.io.embedded.ports import free_port
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.router_records import inbox_output
from hub.io.kafka.topics import hub_topics, inbox, inbox_topic
from hub.io.kafka.transaction import Output

SECRET: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()
"""Signs calls to the benchmark's own peer, which does not look."""
_CALL_SECONDS: Final = 30
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where one measurement takes place."""

    bootstrap: str
    folder: Path
    peer: int
    """The peer's port."""

    def call(self, path: str, *, post: bool = True) -> bytes:
        """Tell the peer something."""
        url = f"http://127.0.0.1:{self.peer}/{path}"
        asked = urllib.request.Request(url, data=b"" if post else None)
        with urllib.request.urlopen(asked, timeout=_CALL_SECONDS) as answer:  # noqa: S310  (our own peer)
            content: bytes = answer.read()
            return content

    def arrived(self) -> list[tuple[str, float]]:
        """Return ids and times of what the peer has taken since the last time."""
        return [(id_, at) for id_, at in json.loads(self.call("arrived", post=False))]

    def webhook(self, name: str, **limits: Any) -> dict[str, Any]:
        """Return the record of a connector that pushes to the peer, for the system `name`."""
        secret = self.folder / "webhook-secret"
        secret.write_text(SECRET)
        url = f"http://127.0.0.1:{self.peer}/hook/{name}"
        config = {"url": url, "secret": f"file:{secret}"}
        return {
            "adapter": "webhook-out",
            "system": name,
            "config": config,
            "limits": limits,
            "networks": ["127.0.0.0/8"],
        }

    @asynccontextmanager
    async def connected(
        self, province: Province, records: Mapping[str, Any]
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Give the connectors process, with all of these at work.

        Raises:
            RuntimeError: it ended instead.
        """
        rules = {f"connector/{name}": json.dumps(record) for name, record in records.items()}
        mac = base64.b64encode(province.macs.keys["k1"]).decode()
        (self.folder / RULES).write_text(json.dumps({"mac": mac, "records": rules}))
        command = [sys.executable, "-P", "-m", "bench.connector_process"]
        where = [self.bootstrap, str(self.folder)]
        async with running([*command, *where], self.folder / "connectors.log") as process:
            yield process


@asynccontextmanager
async def ground(names: Iterable[str]) -> AsyncIterator[Ground]:
    """Give an empty broker with the inboxes of these systems, and the peer; remove both after."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder, port = Path(name), free_port()
        broker = EmbeddedBroker(folder / "kafka", port=0, controller_port=0, heap_mb=HEAP_MB)
        peer = [sys.executable, "-P", "-m", "bench.connector_peer", str(port)]
        async with broker, running(peer, folder / "peer.log"):
            topics = [*hub_topics(PARTITIONS), *map(inbox_topic, names)]
            await ensure_topics(KafkaConnection(bootstrap=broker.bootstrap), topics)
            await asyncio.to_thread(await_leaders, broker.bootstrap, topics)
            await asyncio.sleep(SETTLE_SECONDS)
            yield Ground(bootstrap=broker.bootstrap, folder=folder, peer=port)


def deliveries(
    province: Province, systems: Sequence[str], count: int
) -> Iterator[tuple[str, Output]]:
    """Yield ids and inbox records, to each system in turn, as the router writes them."""
    rules, content = province.rules(), body()
    for number in range(count):
        message = signed(province, number % len(province.names), number, content)
        wire, to = admitted(province, message, rules), systems[number % len(systems)]
        told = Delivery(system=to, address=f"urn:hub:system:{to}", token="bench")  # noqa: S106  (no secret)
        yield (
            message.attributes["id"],
            inbox_output(inbox(told.system), wire.value, told, wire.headers, wire.partition),
        )


class Writer:
    """Puts deliveries into inboxes."""

    def __init__(self, bootstrap: str) -> None:
        options = {"bootstrap.servers": bootstrap, "acks": "all", "log_level": 0}
        self._producer = Producer({**options, "queue.buffering.max.messages": 1_000_000})

    def write(self, output: Output) -> None:
        """Hand one record to the client."""
        self._producer.produce(
            output.topic,
            output.value,
            output.key,
            partition=output.partition,
            headers=dict(output.headers),
        )
        self._producer.poll(0)

    def flush(self) -> None:
        """Return once everything is there.

        Raises:
            RuntimeError: it is not.
        """
        if left := self._producer.flush(FLUSH_SECONDS):
            raise RuntimeError(f"{left} deliveries were not written")


async def until_arrived(where: Ground, count: int, seconds: float) -> dict[str, float]:
    """Return when each of `count` messages came to the peer first.

    Raises:
        RuntimeError: they do not come, or one came twice.
    """
    found: dict[str, float] = {}
    end = time.monotonic() + seconds
    while len(found) < count:
        for id_, at in await asyncio.to_thread(where.arrived):
            if id_ in found:
                raise RuntimeError("a message came to the peer twice")
            found[id_] = at
        if time.monotonic() > end:
            raise RuntimeError(f"{count - len(found)} of {count} messages are not at the peer")
        await asyncio.sleep(_LOOK_SECONDS)
    return found
