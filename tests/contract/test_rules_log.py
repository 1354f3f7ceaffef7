"""`hub.rules` on a real broker: whole versions only, each once, through crashes and restarts."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer

from hub.decision.rules import Rules
from hub.io.kafka import rules_follower
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.rules_log import BrokenRules, RulesFollower, RulesPublisher
from hub.io.kafka.topics import RULES
from hub.io.kafka.transaction import _abandon
from hub.ports import Fenced
from tests.control_support import HUB
from tests.rules_rig import (
    FIRST,
    MACS,
    ONE,
    RULES_TOPIC,
    WAIT_SECONDS,
    committed,
    eventually,
    following,
    make_version,
    org,
    versions_of,
)

pytestmark = pytest.mark.kafka


@pytest.fixture
def connection(rules_connection):
    return rules_connection


async def test_a_follower_knows_nothing_before_the_first_version(rules_topic):
    async with following(rules_topic) as follower:
        assert follower.current.ref.version == 0
        assert follower.current.systems == {}
        assert follower.heartbeat_age() == float("inf")


async def test_a_follower_waits_for_a_topic_that_does_not_exist_yet(connection):
    follower = RulesFollower(connection, HUB, MACS)
    starting = asyncio.create_task(follower.start())
    await asyncio.sleep(0.5)
    assert not starting.done()
    await ensure_topics(connection, [RULES_TOPIC])
    await asyncio.wait_for(starting, WAIT_SECONDS)
    await follower.stop()


async def test_a_published_version_is_followed_and_heard(rules_topic):
    publisher = RulesPublisher(rules_topic)
    assert await publisher.start() is None
    async with following(rules_topic) as follower:
        seen: list[Rules] = []
        follower.on_change(seen.append)
        await publisher.publish(ONE, FIRST)
        await eventually(lambda: follower.current.ref.version == 1)
        assert follower.current.directory.organisations["xa-a"].name == "Xã A (mẫu)"
        assert [rules.ref.hash for rules in seen] == [FIRST.hash]
        assert follower.heartbeat_age() < WAIT_SECONDS
        gone = {"organisation/xa-a": None}
        await publisher.publish(gone, make_version(2, FIRST.hash, gone))
        await eventually(lambda: follower.current.ref.version == 2)
        assert follower.current.directory.organisations == {}
    last = await publisher.start()
    assert last is not None
    assert last.version == 2
    await publisher.stop()


async def test_a_heartbeat_is_heard_and_is_no_version(rules_topic):
    publisher = RulesPublisher(rules_topic)
    await publisher.start()
    async with following(rules_topic) as follower:
        await publisher.heartbeat(datetime.now(UTC))
        await eventually(lambda: follower.heartbeat_age() < WAIT_SECONDS)
        assert follower.current.ref.version == 0
    await publisher.stop()


async def test_half_a_version_is_never_seen(rules_topic):
    producer = AIOKafkaProducer(
        bootstrap_servers=rules_topic.bootstrap, transactional_id="hub-rules"
    )
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(RULES, ONE["organisation/xa-a"], key=b"organisation/xa-dang-do")
    async with following_soon(rules_topic) as follower:
        # The new publisher fences the one that hangs, so its half version is undone.
        publisher = RulesPublisher(rules_topic)
        assert await publisher.start() is None
        await publisher.publish(ONE, FIRST)
        await eventually(lambda: follower.current.ref.version == 1)
        assert set(follower.current.directory.organisations) == {"xa-a"}
    await publisher.stop()
    await _abandon(producer)


@contextlib.asynccontextmanager
async def following_soon(connection):
    """Start following without waiting for the end, which an open transaction hides."""
    follower = RulesFollower(connection, HUB, MACS)
    starting = asyncio.create_task(follower.start())
    try:
        yield follower
        await asyncio.wait_for(starting, WAIT_SECONDS)
    finally:
        await follower.stop()


async def test_an_older_publisher_is_fenced(rules_topic):
    old, new = RulesPublisher(rules_topic), RulesPublisher(rules_topic)
    await old.start()
    await new.start()
    with pytest.raises(Fenced):
        await old.publish(ONE, FIRST)
    await new.publish(ONE, FIRST)
    assert versions_of(committed(rules_topic.bootstrap)) == [1]
    await new.stop()


@pytest.mark.parametrize(
    "second",
    [
        make_version(2, "11" * 32, {"organisation/xa-b": org("B")}),
        make_version(3, FIRST.hash, {"organisation/xa-b": org("B")}),
        make_version(1, "00" * 32, {"organisation/xa-b": org("B")}),
    ],
    ids=["other history", "gap", "again"],
)
async def test_a_broken_chain_is_loud_and_the_old_rules_stay(rules_topic, monkeypatch, second):
    monkeypatch.setattr(rules_follower, "BROKEN_RETRY_SECONDS", 0.2)
    publisher = RulesPublisher(rules_topic)
    await publisher.start()
    await publisher.publish(ONE, FIRST)
    async with following(rules_topic) as follower:
        await publisher.publish({"organisation/xa-b": org("B")}, second)
        await eventually(lambda: follower.error is not None)
        await asyncio.sleep(0.5)
        assert follower.error is not None
        assert follower.current.ref.version == 1
        assert set(follower.current.directory.organisations) == {"xa-a"}
    with pytest.raises(BrokenRules):
        async with following(rules_topic):
            pass
    await publisher.stop()


async def test_a_value_of_the_wrong_kind_leaves_the_old_rules(rules_topic):
    publisher = RulesPublisher(rules_topic)
    await publisher.start()
    await publisher.publish(ONE, FIRST)
    async with following(rules_topic) as follower:
        bad = {"organisation/xa-b": b'{"name": 7}', "organisation/xa-a": None}
        await publisher.publish(bad, make_version(2, FIRST.hash, bad))
        await eventually(lambda: follower.error is not None)
        assert set(follower.current.directory.organisations) == {"xa-a"}
    await publisher.stop()


async def test_a_follower_survives_a_broker_that_is_killed(fresh_broker):
    connection = KafkaConnection(bootstrap=fresh_broker.bootstrap)
    await ensure_topics(connection, [RULES_TOPIC])
    publisher = RulesPublisher(connection)
    await publisher.start()
    await publisher.publish(ONE, FIRST)
    async with following(connection) as follower:
        await publisher.stop()
        fresh_broker.kill()
        await asyncio.sleep(1)
        assert follower.current.ref.version == 1
        await fresh_broker.start()
        last = await publisher.start()
        assert last == FIRST
        gone = {"organisation/xa-a": None}
        await publisher.publish(gone, make_version(2, FIRST.hash, gone))
        await eventually(lambda: follower.current.ref.version == 2)
    await publisher.stop()
