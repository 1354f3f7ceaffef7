"""A recorder on a real broker: an audit topic of its own, and what must be recorded of it."""

import asyncio
import random
import sys
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry

from hub.decision.events import AuditEvent, Event, IngressRef
from hub.decision.rows import AuditRecord
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.codec import decode_event, encode_event
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.topics import Topic
from hub.recorder import main as recorder
from tests.support import NOW
from tests.unit.recorder.records import Store

PARTITIONS = 4
IN_ONE_TRANSACTION = 150
WAIT_SECONDS = 60
"""Longest wait for something that must come: far beyond the worst seen, so it never decides."""

SYSTEMS = ("sender-a", "sender-b", "sender-c")
WORDS = (Event.DELIVERED, Event.ACKNOWLEDGED, Event.PROCESSED, Event.REJECTED)


def story(seed, messages):
    """Return (partition, event) of a synthetic day: admissions, refusals, and what came later."""
    chance = random.Random(seed)
    told, waiting = [], []
    for number in range(messages):
        source = chance.choice(SYSTEMS)
        partition = SYSTEMS.index(source) + 1
        told.append((partition, _decided(chance, source, f"m{seed}-{number}", number)))
        waiting.append((partition, told[-1][1]))
        if len(waiting) > 20:
            told += _later(chance, *waiting.pop(chance.randrange(len(waiting))))
    return told


def _decided(chance, source, id, number):
    at = NOW + timedelta(milliseconds=number)
    here = IngressRef(partition=SYSTEMS.index(source) + 1, offset=number)
    if chance.random() < 0.1:
        return AuditEvent(
            event=Event.REFUSED, source=source, id=id, at=at, ingress=here, reason="too_old"
        )
    recipients = chance.sample(("receiver", "other", "third"), chance.randint(1, 3))
    detail = {"recipients": recipients, "subject": f"synthetic-{number}"}
    return AuditEvent(
        event=Event.ADMITTED, source=source, id=id, at=at, ingress=here, detail=detail
    )


def _later(chance, partition, decided):
    later = decided.at + timedelta(seconds=1)
    for recipient in decided.detail.get("recipients", ()):
        for word in chance.sample(WORDS, chance.randint(0, 3)):
            yield (
                partition,
                AuditEvent(
                    event=word, source=decided.source, id=decided.id, at=later, recipient=recipient
                ),
            )


class RecorderRig:
    """Writes an audit topic as routers do, runs recorders, and knows what must come out."""

    def __init__(self, bootstrap, home):
        self.connection = KafkaConnection(bootstrap=bootstrap)
        self.home = Path(home)
        self.topic = f"audit-{uuid4().hex[:12]}"
        self.registry = CollectorRegistry()
        self.written = []

    async def make_topic(self):
        config = {"retention.ms": "-1"}
        await ensure_topics(
            self.connection, [Topic(name=self.topic, partitions=PARTITIONS, config=config)]
        )

    async def write(self, told, *, abort=False):
        """Write events in transactions; with `abort`, take each of them back."""
        values = [(partition, encode_event(event)) for partition, event in told]
        await self.write_raw(values, abort=abort)

    async def write_raw(self, values, *, abort=False):
        producer = AIOKafkaProducer(
            **self.connection.options(), transactional_id=f"test-{uuid4().hex}", acks="all"
        )
        await producer.start()
        try:
            for start in range(0, len(values), IN_ONE_TRANSACTION):
                await producer.begin_transaction()
                part = values[start : start + IN_ONE_TRANSACTION]
                sent = [await producer.send(self.topic, value, partition=p) for p, value in part]
                places = await asyncio.gather(*sent)
                if abort:
                    await producer.abort_transaction()
                    continue
                await producer.commit_transaction()
                self.written += [
                    (place.partition, place.offset, place.timestamp, value)
                    for place, (_, value) in zip(places, part, strict=True)
                ]
        finally:
            await producer.stop()

    def reader(self):
        # Small batches: many places where something can go wrong.
        return AuditReader(self.connection, PARTITIONS, topic=self.topic, batch_records=200)

    def expected(self):
        """Return the rows of all committed events, recorded at once and without Kafka."""
        store = Store(self.home / f"expected-{uuid4().hex}.db")
        assert store.record(
            [
                AuditRecord(
                    partition=partition, offset=offset, written_at=NOW, event=decode_event(value)
                )
                for partition, offset, _, value in self.written
            ]
        )
        store.engine.dispose()
        return store.dump()

    def ends(self):
        return {
            partition: max(offset + 1 for number, offset, *_ in self.written if number == partition)
            for partition in {number for number, *_ in self.written}
        }

    async def until_recorded(self, store):
        """Wait until the stored positions are behind all that was written."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            stored = await asyncio.to_thread(store.projection.positions, range(PARTITIONS))
            if all(stored[partition] >= end for partition, end in self.ends().items()):
                return
            assert time.monotonic() < deadline, f"recorded up to {stored} of {self.ends()}"
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def recording(self, store):
        """Run a recorder while the block runs."""
        stop = asyncio.Event()
        task = asyncio.create_task(
            recorder.run(self.reader(), store.engine, CollectorRegistry(), stop)
        )
        try:
            yield task
        finally:
            stop.set()
            await task

    async def start_process(self, store, point="none", number=0):
        """Start a recorder in a process of its own, which kills itself at `point`."""
        script = Path(__file__).with_name("recorder_process.py")
        command = [script, self.connection.bootstrap, self.topic, str(PARTITIONS), store.url]
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, point, str(number), cwd=Path(__file__).parents[1]
        )
