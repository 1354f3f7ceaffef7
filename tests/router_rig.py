"""A router on a real broker, with the synthetic province of `tests.support`."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from prometheus_client import CollectorRegistry

from hub.io.kafka import codec, topics
from hub.io.kafka.admin import await_listed, open_admin
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.share import Share
from hub.router import main as router
from tests import support

PARTITIONS = 4
WAIT_SECONDS = 60
"""Longest wait for something that must come: far beyond the worst seen, so it never decides."""


STRAY = b"not an event"
"""What a test puts into `hub.audit` of a shared broker to see that readers survive it."""


class FixedRules:
    """Rules that a test changes by hand; stands for the follower of `hub.rules`."""

    def __init__(self, rules):
        self.current = rules

    def heartbeat_age(self):
        return 0.0


class Rig:
    """Writes `hub.ingress`, runs routers, reads what they wrote."""

    def __init__(self, bootstrap, cache):
        self.connection = KafkaConnection(bootstrap=bootstrap)
        self.cache = cache
        self.follower = FixedRules(support.build_rules())

    async def make_topics(self, *systems):
        inboxes = [one for system in systems for one in topics.inbox_topics(system)]
        made = [*topics.hub_topics(PARTITIONS), *inboxes]
        await self.create(
            *(NewTopic(t.name, t.partitions, 1, topic_configs=t.config) for t in made)
        )

    async def create(self, *new):
        async with open_admin(self.connection) as admin:
            await admin.create_topics(list(new))
            await await_listed(admin, [topic.name for topic in new])

    async def admit(self, *messages, partition=None):
        """Write stamped messages to `hub.ingress`, as admission does."""
        producer = AIOKafkaProducer(**self.connection.options(), acks="all")
        await producer.start()
        try:
            for message in messages:
                source = message.attributes["source"].rpartition(":")[2]
                number = topics.partition_of(source, PARTITIONS) if partition is None else partition
                await producer.send_and_wait(
                    topics.INGRESS,
                    message.body,
                    key=message.attributes.get("subject", "").encode(),
                    partition=number,
                    headers=codec.ingress_headers(message),
                )
        finally:
            await producer.stop()

    def start(self, slot=0, slots=1, *, cache=None, stop=None, tracing=None):
        """Start a router as a task."""
        share = Share(slot=slot, slots=slots, total=PARTITIONS)
        return asyncio.create_task(
            router.run(
                self.connection,
                share,
                self.follower,
                cache or self.cache / f"{slots}-{slot}",
                CollectorRegistry(),
                stop or asyncio.Event(),
                tracing=tracing,
            )
        )

    @asynccontextmanager
    async def routing(self, slot=0, slots=1, *, cache=None, tracing=None):
        """Run a router while the block runs."""
        stop = asyncio.Event()
        task = self.start(slot, slots, cache=cache, stop=stop, tracing=tracing)
        try:
            yield task
        finally:
            stop.set()
            await asyncio.wait_for(task, WAIT_SECONDS)

    async def read(self, topic, enough, partitions=1):
        """Return all committed records of a topic once `enough(records)` holds."""
        places = [TopicPartition(topic, number) for number in range(partitions)]
        consumer = AIOKafkaConsumer(
            **self.connection.options(),
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        records: list[Any] = []
        end = time.monotonic() + WAIT_SECONDS
        try:
            consumer.assign(places)
            while not enough(records):
                assert time.monotonic() < end, f"{topic}: {len(records)} records, not enough"
                for found in (await consumer.getmany(timeout_ms=200)).values():
                    records.extend(found)
        finally:
            await consumer.stop()
        return records

    async def inbox(self, system, count):
        return await self.read(topics.inbox(system), lambda records: len(records) >= count)

    async def events(self, enough):
        """Return the audit events once `enough(events)` holds."""
        decoded = await self.read(
            topics.AUDIT, lambda records: enough(_events(records)), partitions=PARTITIONS
        )
        return _events(decoded)

    async def until(self, id_, *events):
        """Return the events of one message once all of `events` are among them."""

        def there(found):
            return {*events} <= {e.event for e in found if e.id == id_}

        return [event for event in await self.events(there) if event.id == id_]


def _events(records):
    return [codec.decode_event(record.value) for record in records if record.value != STRAY]


def message(id_, **changes):
    """Return a stamped message of `sender` that is good now."""
    now = datetime.now(UTC)
    return support.stamp(
        support.signed(
            changes.pop("body", support.GOOD_BODY),
            id=id_,
            time=now.isoformat().replace("+00:00", "Z"),
            **changes,
        ),
        at=now,
    )
