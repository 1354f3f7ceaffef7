"""One message to very many: a router on a real broker, and a province full of communes."""

import asyncio
import statistics
import time
from contextlib import asynccontextmanager, suppress

import orjson
from aiokafka import AIOKafkaProducer, TopicPartition

from hub.io.kafka import codec, topics
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.reading import close_consumer, open_consumer
from tests import support
from tests.chaos.ledger import BrokerSilent, Ledger
from tests.router_rig import PARTITIONS, Rig, message

PACE_SECONDS = 0.05
"""Between two ordinary messages: twenty a second show whether anybody has to wait."""

QUIET_MESSAGES = 60


def communes(count):
    """Return the names of so many systems of communes."""
    return [f"xa-{number:04}" for number in range(count)]


def province(count):
    """Return rules in which the group `communes` has so many members."""
    changes: dict[str, support.Record] = {}
    for name in communes(count):
        changes |= {
            f"system/{name}": {"organisation": f"org-{name}"},
            f"organisation/org-{name}": {"name": f"Xã mẫu {name}", "level": "commune"},
            f"endpoint/org-{name}/{name}": {"types": [support.DOSSIER]},
        }
    members = [f"org-{name}" for name in communes(count)]
    return support.build_rules(changes | {"group/communes": {"members": members}})


def to_all(id_, size):
    """Return a stamped message to the whole group, with a body of about `size` bytes."""
    body = orjson.loads(support.GOOD_BODY) | {"extensions": {"mau": "x" * (size - 500)}}
    return message(id_, recipients=support.TO_GROUP, body=orjson.dumps(body), subject="gui-tat-ca")


class FanOutRig(Rig):
    """Sends to many, lets others pass, and reads all inboxes with another library."""

    def __init__(self, bootstrap, cache, count):
        super().__init__(bootstrap, cache)
        self.count = count
        self.follower.current = province(count)
        self.ledger = Ledger(bootstrap)

    async def make_communes(self):
        """Make all topics; harmless when they exist."""
        names = ("receiver", "other", *communes(self.count))
        made = [*topics.hub_topics(PARTITIONS), *map(topics.inbox_topic, names)]
        await ensure_topics(self.connection, made)

    @asynccontextmanager
    async def ordinary(self, prefix):
        """Write ordinary messages at a steady pace while the block runs; give their ids."""
        sent: list[str] = []
        task = asyncio.create_task(self._write(prefix, sent))
        try:
            yield sent
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _write(self, prefix, sent):
        producer = AIOKafkaProducer(**self.connection.options(), acks="all")
        await producer.start()
        number = topics.partition_of("sender", PARTITIONS)
        try:
            while True:
                one = message(f"{prefix}-{len(sent)}")
                await producer.send_and_wait(
                    topics.INGRESS, one.body, partition=number, headers=codec.ingress_headers(one)
                )
                sent.append(one.attributes["id"])
                await asyncio.sleep(PACE_SECONDS)
        finally:
            await producer.stop()

    async def until(self, holds, seconds):
        """Read the ledger until `holds(ledger)`."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(BrokerSilent):
                await asyncio.to_thread(self.ledger.read)
            if holds(self.ledger):
                return
            assert time.monotonic() < deadline, f"not within {seconds} s"
            await asyncio.sleep(0.1)

    def reached(self, id_):
        """Return how often the message stands in each commune's inbox that has it."""
        inboxes = self.ledger.inboxes
        counts = {
            name: sum(1 for key in inboxes.get(name, ()) if key[1] == id_)
            for name in communes(self.count)
        }
        return {name: count for name, count in counts.items() if count}

    def all_have(self, id_):
        return lambda _ledger: len(self.reached(id_)) == self.count

    async def last_has(self, id_, seconds):
        """Return once the last slice is written: cheap, so that it slows nobody who is measured."""
        topic = topics.inbox(communes(self.count)[-1])
        consumer = await open_consumer(self.connection)
        try:
            consumer.assign([TopicPartition(topic, 0)])
            async with asyncio.timeout(seconds):
                while id_ not in map(_id, await _some(consumer)):
                    pass
        finally:
            await close_consumer(consumer)

    def has(self, ids):
        return lambda ledger: {*ids} <= {key[1] for key in ledger.inboxes["receiver"]}

    async def latencies(self, ids):
        """Return the milliseconds from ingress to inbox of each message, by the broker's clock."""
        wanted = {*ids}
        number = topics.partition_of("sender", PARTITIONS)
        entered = {}
        for record in await self.read(
            topics.INGRESS, lambda found: wanted <= set(map(_id, found)), PARTITIONS
        ):
            if record.partition == number:
                entered[_id(record)] = record.timestamp
        arrived = await self.read(
            topics.inbox("receiver"), lambda found: wanted <= set(map(_id, found))
        )
        return [r.timestamp - entered[_id(r)] for r in arrived if _id(r) in wanted]


def _id(record):
    return dict(record.headers)["ce_id"].decode()


async def _some(consumer):
    found = await consumer.getmany(timeout_ms=100)
    return [record for records in found.values() for record in records]


def summary(latencies):
    """Return median and worst of twenty, in milliseconds."""
    ordered = sorted(latencies)
    return {"p50_ms": statistics.median(ordered), "p95_ms": ordered[int(len(ordered) * 0.95)]}


async def deliver_to_all(rig, id_, size, seconds):
    """Send a message to all while others pass; return figures, once everybody has it once."""
    async with rig.routing():
        await rig.admit(message(f"{id_}-first"))
        await rig.until(rig.has([f"{id_}-first"]), seconds)
        async with rig.ordinary(f"{id_}-quiet") as quiet:
            while len(quiet) < QUIET_MESSAGES:  # noqa: ASYNC110  (paced by the writer)
                await asyncio.sleep(PACE_SECONDS)
        await rig.until(rig.has(quiet), seconds)
        async with rig.ordinary(f"{id_}-busy") as busy:
            began = time.monotonic()
            await rig.admit(to_all(id_, size))
            await rig.last_has(id_, seconds)
            took = time.monotonic() - began
        await rig.until(rig.all_have(id_), seconds)
        await rig.until(rig.has(busy), seconds)
    before, during = summary(await rig.latencies(quiet)), summary(await rig.latencies(busy))
    return {
        "systems": rig.count,
        "seconds": round(took, 1),
        "quiet": before,
        "during": {"messages": len(busy), **during},
        "p50_ratio": round(during["p50_ms"] / before["p50_ms"], 1),
    }
