"""Connectors on a real broker: write inboxes as the router does, run a fleet, read its words."""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from lgsp_adapter import (
    AdapterError,
    Config,
    Context,
    Done,
    Fatal,
    Idempotence,
    Kind,
    Sink,
    Spec,
    Text,
)
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules

from hub.cli import environment
from hub.connectors.adapters import Adapters
from hub.connectors.fleet import Fleet, Slot
from hub.connectors.inbound import Counter
from hub.connectors.pace import Pace
from hub.connectors.status import Checked, Report
from hub.connectors.takers import Takers
from hub.connectors.together import Together
from hub.connectors.workshop import Workshop
from hub.decision.connectors import Connector, Limits
from hub.decision.events import Delivery
from hub.io.admission import utc_now
from hub.io.kafka import codec, topics
from hub.io.kafka.connector_commands import CommandWriter
from hub.io.kafka.connector_contents import Contents
from hub.io.kafka.connector_feed import Feed
from hub.io.kafka.connector_records import Kind as RecordKind
from hub.io.kafka.connector_records import record_key, unread_name
from hub.io.kafka.connector_store import ConnectorStore, unread_at
from hub.io.kafka.connector_writer import OutcomeWriter
from hub.io.kafka.router_records import inbox_output
from tests import support
from tests.router_rig import PARTITIONS, WAIT_SECONDS, Rig

CHILD = (sys.executable, "-P", str(Path(__file__).with_name("connector_child.py")))
"""The process of an adapter, with the adapters of `tests.connector_child`."""

AUDIT_PARTITION = topics.partition_of("sender", PARTITIONS)


class Peer:
    """What a sink's other side has and does. `script` says what each call of an id answers."""

    def __init__(self):
        self.calls: list[str] = []
        self.has: dict[str, int] = defaultdict(int)
        self.script: dict[str, list[Any]] = {}
        self.always: Callable[[Any], Any] | None = None
        self.asked: list[str] = []
        self.busy: list[AdapterError] = []
        """What the next look-ups raise."""

    def answer(self, delivery):
        self.calls.append(delivery.id)
        left = self.script.get(delivery.id)
        said = left.pop(0) if left else (self.always(delivery) if self.always else Done())
        if isinstance(said, Done):
            self.has[delivery.key] += 1
        return said


class NoConfig(Config):
    """Nothing to configure but the peer, which tests keep by name."""

    peer: str = "peer"


PEERS: dict[str, Peer] = {}


def sink(name, idempotence, types=("vn.gov.*",)):
    """Return a sink class whose other side is `PEERS[config.peer]`."""

    class TestSink(Sink[NoConfig]):
        spec = Spec(
            name=name,
            version="1.0.0",
            kind=Kind.SINK,
            config=NoConfig,
            title=Text(vi="Mẫu", en="Sample"),
            types=types,
            idempotence=idempotence,
        )

        async def check(self):
            raise NotImplementedError

        async def write(self, batch):
            results = []
            for delivery in batch:
                said = PEERS[self.config.peer].answer(delivery)
                if asyncio.iscoroutine(said):
                    said = await said
                if isinstance(said, Fatal):
                    raise said
                results.append(said)
            return results

        async def find(self, key):
            peer = PEERS[self.config.peer]
            peer.asked.append(key)
            if peer.busy:
                raise peer.busy.pop(0)
            return Done() if peer.has.get(key) else None

    return TestSink


KINDS = {
    "idempotent": sink("idempotent", Idempotence.IDEMPOTENT),
    "look-up": sink("look-up", Idempotence.LOOK_UP),
    "neither": sink("neither", Idempotence.NEITHER),
}


class Point:
    """An entry point of an adapter that no package has."""

    def __init__(self, name, kind):
        self.name, self._kind = name, kind

    def load(self):
        if isinstance(self._kind, Exception):
            raise self._kind
        return self._kind


class Status:
    """The status port in memory; and which deliveries are closed."""

    def __init__(self):
        self.reports: dict[str, Report] = {}
        self.checks: list[Checked] = []
        self.gone: set[tuple[str, str, str]] = set()
        self.error: Exception | None = None

    async def report(self, reports):
        self.reports.update({one.name: one for one in reports})

    async def checked(self, checked):
        self.checks.append(checked)

    async def closed(self, deliveries):
        if self.error is not None:
            raise self.error
        return self.gone & set(deliveries)


class NoObjects:
    """Nobody may refer to anything."""

    async def held(self, _system, _hashes):
        return frozenset()

    async def forget(self, system, hashes):
        pass


def fast(_connector):
    """Return a pace for tests: pauses of milliseconds."""
    return Pace(
        backoff=Backoff(first=0.01, longest=0.05, attempts=4),
        breaker=BreakerRules(threshold=1000, cool_down=0.05, longest=0.2),
    )


class ConnectorRig(Rig):
    """One broker, many fleets after each other."""

    def __init__(self, bootstrap):
        super().__init__(bootstrap, None)
        self.connectors: dict[str, Connector] = {}
        self.status = Status()
        self.kinds = dict(KINDS)
        self.pace = fast
        self.objects = NoObjects()
        self.context = lambda connector, _: Context(connector.name, now=utc_now)
        self.counter = Counter()
        self.tracing = None

    def add(self, name, adapter="idempotent", system="receiver", **options):
        """Put a connector into the rules, and its peer into the world."""
        PEERS.setdefault(name, Peer())
        # A peer that can be asked is asked only after a call's whole time.
        options.setdefault("limits", Limits(timeout_seconds=2.0))
        self.connectors[name] = Connector(
            name=name, adapter=adapter, system=system, config={"peer": name}, **options
        )
        return PEERS[name]

    def fleet(self, slot=None):
        slot = slot or Slot()
        store = ConnectorStore(self.connection, PARTITIONS, slot.owner)
        points: list[Any] = [Point(n, k) for n, k in self.kinds.items()]
        workshop = Workshop(
            adapters=Adapters(points),
            writer=OutcomeWriter(self.connection, slot.owner, PARTITIONS),
            stored=Together(lambda names: store.load(names, support.MACS)),
            contents=Contents(self.connection),
            closed=Together(self.status.closed),
            takers=Takers(),
            feed=Feed(self.connection),
            context=self.context,
            tracing=self.tracing,
            rules=lambda: self.follower.current,
            objects=self.objects,
            keys=support.key_of,
            counter=self.counter,
            command=CHILD,
            environment=environment.environ_of_adapters("CONNECTOR_"),
            partitions=PARTITIONS,
            now=utc_now,
            pace=self.pace,
        )
        return Fleet(
            workshop,
            store,
            self.status,
            lambda: self.connectors,
            lambda: support.MACS,
            slot,
        )

    @asynccontextmanager
    async def running(self, slot=None):
        """Run a fleet while the block runs; it drains at the end."""
        fleet, stop = self.fleet(slot), asyncio.Event()
        task = asyncio.create_task(fleet.run(stop))
        try:
            yield fleet
        finally:
            stop.set()
            await asyncio.wait_for(task, WAIT_SECONDS)

    async def deliver(self, *ids, system="receiver", **attributes):
        """Put messages into an inbox in one transaction, with the headers that the router gives."""
        producer = AIOKafkaProducer(
            **self.connection.options(), transactional_id=f"rig-{system}", acks="all"
        )
        await producer.start()
        try:
            async with producer.transaction():
                for id_ in ids:
                    output = self._inbox(id_, system, attributes)
                    await producer.send(
                        output.topic,
                        output.value,
                        key=output.key,
                        partition=0,
                        headers=output.headers,
                    )
        finally:
            await producer.stop()

    def _inbox(self, id_, system, attributes):
        subject = attributes.get("subject", f"khoa-{id_}")
        message = support.signed(id=id_, **{**attributes, "subject": subject})
        headers = codec.ingress_headers(support.stamp(message))
        told = Delivery(system=system, address=support.TO_RECEIVER, token=f"token-{id_}")
        return inbox_output(topics.inbox(told.system), message.body, told, headers, AUDIT_PARTITION)

    async def say(self, command):
        """Give a command as the API does."""
        await CommandWriter(self.connection, PARTITIONS, support.MACS).send(command)

    async def of(self, id_, *events, system="receiver"):
        """Return the names of a delivery's events once all of `events` are among them."""
        found = await self.until_events(id_, system, events)
        return [event.event.value for event in found]

    async def until_events(self, id_, system, events):
        def mine(found):
            return [e for e in found if e.id == id_ and e.recipient == system]

        wanted = {str(event) for event in events}
        return mine(await self.events(lambda found: wanted <= {e.event.value for e in mine(found)}))

    async def parked(self, connector):
        """Return the entries of a connector that stand on `hub.retry` now."""
        stored = await ConnectorStore(self.connection, PARTITIONS, Slot().owner).load(
            [connector], support.MACS
        )
        return stored[connector]

    async def unread(self, connector, unread):
        """Return a dead letter of a source with its bytes, as it stands on the topic."""
        key = record_key(connector, RecordKind.UNREAD, unread_name(unread.position))
        contents = Contents(self.connection)
        try:
            found = await contents.read(topics.partition_of(connector, PARTITIONS), {key: None})
        finally:
            await contents.close()
        return unread_at(key, found.get(key))


async def until(holds, what="it"):
    """Return once `holds()` is true."""
    end = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < end, f"{what} did not come about"
        await asyncio.sleep(0.02)
