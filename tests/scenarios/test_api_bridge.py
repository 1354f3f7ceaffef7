"""Native Kafka in: a system hands in on its own topic, and nothing else is different."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from lgsp_message.cloudevents import kafka_headers

from hub.connectors.bridge import Bridge
from hub.io.backoff import Backoff
from hub.io.kafka.bridge_bus import BridgeBus
from hub.io.kafka.topics import outbox
from tests import support
from tests.api_rig import fresh
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka


@asynccontextmanager
async def bridging(hub):
    with suppress(TopicAlreadyExistsError):
        await hub.create(NewTopic(outbox("sender"), 2, 1))
    stop = asyncio.Event()
    bridge = Bridge(
        BridgeBus(hub.connection),
        lambda: hub.follower.current,
        hub.deps.objects,
        PARTITIONS,
        lambda: datetime.now(UTC),
    )
    task = asyncio.create_task(bridge.run(stop, Backoff()))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


async def produce(hub, *messages, partition=0, system="sender"):
    producer = AIOKafkaProducer(**hub.connection.options(), acks="all")
    await producer.start()
    try:
        for message in messages:
            signature = ("hub-signature", (message.signature or "").encode())
            await producer.send_and_wait(
                outbox(system),
                message.body,
                partition=partition,
                headers=[*kafka_headers(message.attributes), signature],
            )
    finally:
        await producer.stop()


async def left(hub, partition):
    """Return the bodies that stand in the sender's topic."""
    consumer = AIOKafkaConsumer(**hub.connection.options(), enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(outbox("sender"), partition)
    try:
        first, last = await consumer.beginning_offsets([place]), await consumer.end_offsets([place])
        return last[place] - first[place]
    finally:
        await consumer.stop()


async def test_a_message_on_the_senders_own_topic_reaches_the_recipient_untouched(hub):
    receiver = await hub.login("receiver")
    messages = [fresh(subject=f"Hồ sơ {number}") for number in range(3)]
    async with bridging(hub):
        await produce(hub, *messages)
        got = await receiver.receive([message.attributes["id"] for message in messages])
    for message in messages:
        assert got[message.attributes["id"]]["attributes"] == message.attributes
        assert got[message.attributes["id"]]["signature"] == message.signature


async def test_what_admission_refuses_is_recorded_under_the_topics_owner_only(hub):
    foreign = fresh(source="urn:hub:system:other")
    broken = fresh(type=None)
    async with bridging(hub):
        await produce(hub, foreign, broken)
        (event,) = await hub.until(foreign.attributes["id"], "refused")
        (other,) = await hub.until(broken.attributes["id"], "refused")
    assert (event.source, event.reason) == ("sender", "peer_mismatch")
    assert (other.source, other.reason) == ("sender", "attribute_missing")
    assert event.ingress is None


async def test_a_secret_find_truncates_that_topic_and_leaves_only_the_fact(hub):
    sender = await hub.login("sender")
    stored = await sender.http.post("/v1/objects", content=b"annex of a secret, synthetic")
    name = stored.json()["hash"]
    secret = fresh(orjson.dumps({"do_mat": "ĐỘ MẬT: MẬT"}), objects=name)
    after = fresh()
    async with bridging(hub):
        await produce(hub, secret, partition=1)
        (event,) = await hub.until(secret.attributes["id"], "refused")
        await hub.eventually(lambda: left(hub, 1), 0)
        await produce(hub, after, partition=1)
        receiver = await hub.login("receiver")
        await receiver.receive([after.attributes["id"]])
    assert (event.reason, event.detail) == ("secret_marking", {})
    assert (await sender.http.head(f"/v1/objects/{name}")).status_code == 404


async def test_a_topic_that_is_made_later_is_found(hub, monkeypatch):
    monkeypatch.setattr("hub.connectors.bridge.LOOK_SECONDS", 0.2)
    message = fresh(source="urn:hub:system:other", type="vn.gov.dossier.step.v1")
    async with bridging(hub):
        await asyncio.sleep(1)
        await hub.create(NewTopic(outbox("other"), 1, 1))
        await produce(hub, message, system="other")
        (event,) = await hub.until(message.attributes["id"], "refused")
    assert (event.source, event.reason) == ("other", "not_permitted")


async def test_a_topic_is_read_while_the_rules_say_so_and_not_otherwise(hub, monkeypatch):
    monkeypatch.setattr("hub.connectors.bridge.LOOK_SECONDS", 0.2)
    nobody = {**support.changed("system/sender", kafka_in=False)}
    nobody |= support.changed("system/other", kafka_in=False)
    receiver = await hub.login("receiver")
    start = await receiver.end()
    message = fresh()
    hub.follower.current = support.build_rules(nobody)
    async with bridging(hub):
        await produce(hub, message)
        await asyncio.sleep(2)
        assert (await receiver.inbox(after=start))["messages"] == []
        hub.follower.current = support.build_rules()
        await receiver.receive([message.attributes["id"]], start)


async def test_a_bridge_that_starts_again_passes_nothing_on_twice(hub):
    receiver = await hub.login("receiver")
    start = await receiver.end()
    first, second = fresh(), fresh()
    async with bridging(hub):
        await produce(hub, first)
        await receiver.receive([first.attributes["id"]], start)
    async with bridging(hub):
        await produce(hub, second)
        await receiver.receive([second.attributes["id"]], start)
    events = await hub.until(first.attributes["id"], "admitted")
    assert [event.event for event in events] == ["admitted"]
